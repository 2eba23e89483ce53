package import WebRTC

/// One track of a recording, as its file declares it.
package struct RecordingTrack: Sendable, Hashable {
    package enum Format: Sendable, Hashable {
        case video(CodecConfiguration)
        /// Opus as it comes over RTP: 48 kHz, whatever was encoded.
        case opus(channels: Int)
    }

    package let format: Format

    package init(_ format: Format) {
        self.format = format
    }

    package var codec: Codec {
        switch format {
        case .video(let configuration): configuration.codec
        case .opus: .opus
        }
    }

    package var kind: MediaKind { codec.kind }

    /// Times are the ticks of the RTP timestamps, so that nothing is rounded.
    package var timescale: Int32 { Int32(codec.clockRate) }

    package var size: PictureSize? {
        switch format {
        case .video(let configuration): configuration.size
        case .opus: nil
        }
    }

    /// How much later than they are decoded pictures are shown that come in another order: four
    /// of them at 16 a second. It is left free at the start of the recording, since a fragment
    /// cannot begin before zero, and FFmpeg shows pictures late that are decoded after they are
    /// shown.
    package static let reorderingDelay = Duration.milliseconds(250)

    package var mayReorder: Bool {
        switch format {
        case .video(let configuration): configuration.mayReorder
        case .opus: false
        }
    }

    /// As RFC 6381 names it, for playlists.
    package var name: String {
        switch format {
        case .video(let configuration): configuration.name
        case .opus: "opus"
        }
    }

    /// Whether frames of `other` may follow those of this track in one file: sizes may change.
    package func fits(_ other: RecordingTrack) -> Bool {
        switch (format, other.format) {
        case (.video(let mine), .video(let theirs)): mine.codec == theirs.codec
        case (.opus, .opus): true
        case (.video, .opus), (.opus, .video): false
        }
    }
}

import Movies
import Primitives
import WebRTC

/// What stands at the start of a fragmented MP4: the tracks, and that fragments follow.
struct MovieHeader {
    let tracks: [RecordingTrack]
    let created: WallClock

    /// Of the movie's own times; tracks have theirs.
    private static let timescale: UInt32 = 1000
    private static let secondsFrom1904To1970: Int64 = 2_082_844_800
    private static let matrix: [UInt32] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000]
    /// 'und' as three times five bits.
    private static let undeterminedLanguage: UInt16 = 0x55C4

    private var seconds: UInt32 {
        UInt32(clamping: created.millisecondsSince1970 / 1000 + Self.secondsFrom1904To1970)
    }

    func write(to writer: inout BoxWriter) {
        writer.box("ftyp") { writer in
            writer.text("iso6")
            writer.write(UInt32(0))
            for brand: StaticString in ["iso6", "iso5", "isom", "mp41"] { writer.text(brand) }
        }
        writer.box("moov") { writer in
            writeMovie(to: &writer)
            for (index, track) in tracks.enumerated() {
                write(track, UInt32(index + 1), to: &writer)
            }
            writer.box("mvex") { writer in
                for index in tracks.indices {
                    writer.fullBox("trex", version: 0, flags: 0) { writer in
                        writer.write(UInt32(index + 1))
                        writer.write(UInt32(1))
                        writer.zeros(12)
                    }
                }
            }
        }
    }

    private func writeMovie(to writer: inout BoxWriter) {
        writer.fullBox("mvhd", version: 0, flags: 0) { writer in
            writer.write(seconds)
            writer.write(seconds)
            writer.write(Self.timescale)
            // A length of zero: the fragments tell.
            writer.write(UInt32(0))
            writer.write(UInt32(0x1_0000))
            writer.write(UInt16(0x100))
            writer.zeros(10)
            for number in Self.matrix { writer.write(number) }
            writer.zeros(24)
            writer.write(UInt32(tracks.count + 1))
        }
    }

    private func write(_ track: RecordingTrack, _ id: UInt32, to writer: inout BoxWriter) {
        writer.box("trak") { writer in
            // Enabled, and part of the presentation.
            writer.fullBox("tkhd", version: 0, flags: 3) { writer in
                writer.write(seconds)
                writer.write(seconds)
                writer.write(id)
                writer.zeros(4)
                writer.write(UInt32(0))
                writer.zeros(12)
                writer.write(UInt16(track.kind == .audio ? 0x100 : 0))
                writer.zeros(2)
                for number in Self.matrix { writer.write(number) }
                writer.write(UInt32(clamping: track.size?.width ?? 0) << 16)
                writer.write(UInt32(clamping: track.size?.height ?? 0) << 16)
            }
            writer.box("mdia") { writer in
                writer.fullBox("mdhd", version: 0, flags: 0) { writer in
                    writer.write(seconds)
                    writer.write(seconds)
                    writer.write(UInt32(track.timescale))
                    writer.write(UInt32(0))
                    writer.write(Self.undeterminedLanguage)
                    writer.write(UInt16(0))
                }
                writer.fullBox("hdlr", version: 0, flags: 0) { writer in
                    writer.zeros(4)
                    writer.text(track.kind == .audio ? "soun" : "vide")
                    writer.zeros(12)
                    writer.text(track.kind == .audio ? "sound" : "picture")
                    writer.zeros(1)
                }
                writer.box("minf") { writer in writeMediaHeader(track, to: &writer) }
            }
        }
    }

    private func writeMediaHeader(_ track: RecordingTrack, to writer: inout BoxWriter) {
        if track.kind == .audio {
            writer.fullBox("smhd", version: 0, flags: 0) { $0.zeros(4) }
        } else {
            writer.fullBox("vmhd", version: 0, flags: 1) { $0.zeros(8) }
        }
        writer.box("dinf") { writer in
            writer.fullBox("dref", version: 0, flags: 0) { writer in
                writer.write(UInt32(1))
                // The media are in this file.
                writer.fullBox("url ", version: 0, flags: 1) { _ in }
            }
        }
        writer.box("stbl") { writer in
            writer.fullBox("stsd", version: 0, flags: 0) { writer in
                writer.write(UInt32(1))
                if let format = track.movieFormat { writer.write(format.entry.span) }
            }
            writer.fullBox("stts", version: 0, flags: 0) { $0.write(UInt32(0)) }
            writer.fullBox("stsc", version: 0, flags: 0) { $0.write(UInt32(0)) }
            writer.fullBox("stsz", version: 0, flags: 0) { $0.zeros(8) }
            writer.fullBox("stco", version: 0, flags: 0) { $0.write(UInt32(0)) }
        }
    }
}

extension RecordingTrack {
    /// How its frames are coded, as a movie says it.
    fileprivate var movieFormat: MovieFormat? {
        switch format {
        case .video(let configuration):
            FormatEntry.picture(
                configuration.codec, configuration: configuration.bytes,
                size: configuration.size, keeping: [])
        // Nothing is skipped: the first frame is not the encoder's first.
        case .opus(let channels): FormatEntry.opus(channels: channels, skipping: 0)
        }
    }
}

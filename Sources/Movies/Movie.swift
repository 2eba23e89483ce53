package import Primitives
package import WebRTC

/// What an MP4 or MOV holds (ISO/IEC 14496-12): its tracks, and where each frame lies in the file.
package struct Movie: Sendable {
    /// Of the durations in edits.
    package var timescale: Int32
    package var tracks: [MovieTrack]
    package var isFragmented: Bool
    /// What was wrong with the file and could be got over.
    package var damages: [MovieDamage]
    /// What the file says it is first of all: `isom`, `qt  `…; empty where it does not say.
    package var brand = ""
    /// How many `moof` it has.
    package var fragments = 0
    /// When it was made, where it says so.
    package var created: WallClock?

    package init(
        timescale: Int32, tracks: [MovieTrack], isFragmented: Bool, damages: [MovieDamage]
    ) {
        self.timescale = timescale
        self.tracks = tracks
        self.isFragmented = isFragmented
        self.damages = damages
    }
}

/// What was wrong with a file, and what was done about it; places are bytes of the file.
package enum MovieDamage: Sendable, Hashable {
    /// The file ends within a box; what is before it was used.
    case endsEarly(box: String, place: Int64)
    /// Frames that the index names lie beyond the end of the file and are left out.
    case framesBeyondEnd(track: UInt32, count: Int)
    /// A fragment, or a part of one, that makes no sense was passed over.
    case badFragment(place: Int64)
    /// A table has fewer entries than it says; those that are there were used.
    case badTable(box: String, track: UInt32?)
    /// What begins here is no box; nothing from here on was read.
    case notBox(place: Int64)
    /// The frames of a track are in another file, and left out.
    case mediaElsewhere(track: UInt32)
}

/// One track of a movie.
package struct MovieTrack: Sendable {
    package enum Kind: Sendable, Hashable {
        case picture
        case sound
        /// By its handler, such as `meta` or `text`; never cut.
        case other(handler: String)
    }

    package var id: UInt32
    package var kind: Kind
    /// Ticks in a second of the times of its frames.
    package var timescale: Int32
    /// How frames are coded; a frame says which one is its own.
    package var formats: [MovieFormat]
    /// How the picture is turned: the nine numbers of `tkhd`, as they are stored.
    package var matrix: [UInt32]
    /// What of it is shown, and when; empty where all of it is, from the start.
    package var edits: [MovieEdit]
    /// In the order of decoding.
    package var frames: [MovieFrame]
    /// Three letters of ISO 639-2; `und` where it is not known.
    package var language = "und"
    package var isEnabled = true

    package init(
        id: UInt32, kind: Kind, timescale: Int32, formats: [MovieFormat], matrix: [UInt32],
        edits: [MovieEdit], frames: [MovieFrame]
    ) {
        self.id = id
        self.kind = kind
        self.timescale = timescale
        self.formats = formats
        self.matrix = matrix
        self.edits = edits
        self.frames = frames
    }
}

/// One frame of a track: where it lies, and when it is decoded and shown.
package struct MovieFrame: Sendable, Hashable, BitwiseCopyable {
    /// Of its first byte, in the file.
    package var place: Int64
    /// In ticks of the track.
    package var decoding: Int64
    package var count: UInt32
    /// How much later than decoded it is shown; less than zero in some files.
    package var shift: Int32
    package var duration: UInt32
    /// Its place in the track's formats.
    package var format: UInt16
    /// Whether the container says that decoding can begin here. Only the codec knows for sure.
    package var isSync: Bool

    package var presentation: Int64 { decoding + Int64(shift) }

    package init(
        place: Int64, decoding: Int64, count: UInt32, shift: Int32, duration: UInt32,
        format: UInt16, isSync: Bool
    ) {
        self.place = place
        self.decoding = decoding
        self.count = count
        self.shift = shift
        self.duration = duration
        self.format = format
        self.isSync = isSync
    }
}

/// One line of an edit list.
package struct MovieEdit: Sendable, Hashable {
    /// How long it is shown, in ticks of the movie; 0 in a fragmented movie stands for all of it.
    package var duration: Int64
    /// From where on in the track, in its ticks; nil where nothing is shown.
    package var start: Int64?

    package init(duration: Int64, start: Int64?) {
        self.duration = duration
        self.start = start
    }
}

/// How frames are coded: an entry of `stsd`, read as far as it is understood and kept whole.
package struct MovieFormat: Sendable, Hashable {
    /// The whole box, so that a copy keeps what is not understood here.
    package var entry: [UInt8]
    /// `avc1`, `hvc1`, `mp4a`, `Opus`…
    package var name: String
    package var coding: Coding
    /// What a decoder is given first: `avcC`, `hvcC`, `AudioSpecificConfig`, `OpusHead` as FFmpeg
    /// wants it.
    package var configuration: [UInt8]
    package var details: Details

    package enum Coding: Sendable, Hashable {
        case known(Codec)
        case aac
        /// By the name of the entry.
        case other
    }

    package enum Details: Sendable, Hashable {
        case picture(PictureSize)
        case sound(sampleRate: Int, channels: Int)
        case other
    }

    package init(
        entry: [UInt8], name: String, coding: Coding, configuration: [UInt8], details: Details
    ) {
        self.entry = entry
        self.name = name
        self.coding = coding
        self.configuration = configuration
        self.details = details
    }
}

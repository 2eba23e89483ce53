package import FileAccess
package import Media
package import Movies
package import Playlists

/// Something that was found out about an output: a fact, for others to put in words.
package struct VerifyFinding: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        // What cannot be read at all.
        case unreadable(FileProblem)
        case notMovie(MovieProblem)
        case notMedia(MediaError)
        case notPlaylist(PlaylistProblem)
        // A movie or piece.
        case damage(MovieDamage)
        case noFrames(track: String)
        case undecodable(track: String, count: Int)
        /// A time that is not later than the one before.
        case timesNotRising(track: String)
        /// Nothing is shown for so many microseconds.
        case gap(track: String, microseconds: Int64)
        case editOutside(track: UInt32)
        case editEmpty(track: UInt32)
        case startsApart(microseconds: Int64)
        case endsApart(microseconds: Int64)
        // A clip, held against its source.
        case wrongFrameCount(expected: Int, found: Int)
        case wrongFrame(number: Int)
        case wrongSoundLength(expectedMicroseconds: Int64, foundMicroseconds: Int64)
        // A package.
        case missingFile
        case missingTag(String)
        case missingAttribute(tag: String, line: Int, name: String)
        case noKeyframePlaylist
        case notEnded
        case overTarget(piece: Int, milliseconds: Int64, targetMilliseconds: Int64)
        case pieceLength(piece: Int, listedMilliseconds: Int64, foundMilliseconds: Int64)
        case pieceStart(piece: Int)
        case pieceGap(piece: Int, microseconds: Int64)
        case encrypted(method: String)
        case bandwidth(listed: Int64, measured: Int64)
        case codecs(listed: String, found: String)
        case resolution(listed: String, found: String)
        case notAligned(with: String)
        case dateRange(id: String, DateRangeFault)
        case notVTT(line: Int)
    }

    package enum DateRangeFault: String, Sendable, Equatable {
        case malformed
        case outside = "outside"
        case noClock = "no_clock"
        case twice
    }

    package enum Severity: String, Sendable, Equatable {
        /// Players stumble over it.
        case error
        /// It is worth knowing.
        case remark
    }

    package let kind: Kind
    /// As the user knows it.
    package let file: String
    /// In microseconds of the file.
    package let time: Int64?

    package init(_ kind: Kind, file: String, at time: Int64? = nil) {
        self.kind = kind
        self.file = file
        self.time = time
    }

    package var severity: Severity {
        switch kind {
        case .gap, .encrypted, .endsApart: .remark
        default: .error
        }
    }

    /// Whether there was nothing to be checked: the input is no output of ours.
    package var isUnreadable: Bool {
        switch kind {
        case .unreadable, .notMovie, .notMedia, .notPlaylist: true
        default: false
        }
    }

    /// Stable, for scripts.
    package var code: String {
        switch kind {
        case .unreadable: "unreadable"
        case .notMovie: "not_movie"
        case .notMedia: "not_media"
        case .notPlaylist: "not_playlist"
        case .damage: "damage"
        case .noFrames: "no_frames"
        case .undecodable: "undecodable"
        case .timesNotRising: "times_not_rising"
        case .gap: "gap"
        case .editOutside: "edit_outside"
        case .editEmpty: "edit_empty"
        case .startsApart: "starts_apart"
        case .endsApart: "ends_apart"
        case .wrongFrameCount: "wrong_frame_count"
        case .wrongFrame: "wrong_frame"
        case .wrongSoundLength: "wrong_sound_length"
        case .missingFile: "missing_file"
        case .missingTag: "missing_tag"
        case .missingAttribute: "missing_attribute"
        case .noKeyframePlaylist: "no_keyframe_playlist"
        case .notEnded: "not_ended"
        case .overTarget: "over_target"
        case .pieceLength: "piece_length"
        case .pieceStart: "piece_start"
        case .pieceGap: "piece_gap"
        case .encrypted: "encrypted"
        case .bandwidth: "bandwidth"
        case .codecs: "codecs"
        case .resolution: "resolution"
        case .notAligned: "not_aligned"
        case .dateRange: "date_range"
        case .notVTT: "not_vtt"
        }
    }
}

/// What a check of one output comes to.
package struct VerifyReport: Sendable, Equatable {
    package enum Shape: String, Sendable, Equatable {
        case movie
        case package
    }

    package let path: String
    package let shape: Shape
    package var findings: [VerifyFinding] = []
    package var pictures = 0
    package var sounds = 0
    package var microseconds: Int64 = 0
    package var files = 0

    package enum Limits {
        /// One that is wrong everywhere need not be told of a million times.
        package static let findings = 1000
    }

    package init(path: String, shape: Shape) {
        self.path = path
        self.shape = shape
    }

    package mutating func add(
        _ kind: VerifyFinding.Kind, file: String? = nil, at time: Int64? = nil
    ) {
        guard findings.count < Limits.findings else { return }
        findings.append(VerifyFinding(kind, file: file ?? path, at: time))
    }

    package var isWhole: Bool { !findings.contains { $0.severity == .error } }
    package var isUnreadable: Bool { findings.first?.isUnreadable ?? false }
}

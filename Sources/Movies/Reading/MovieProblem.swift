/// Why a file cannot be used as a movie.
package enum MovieProblem: Error, Sendable, Hashable {
    case empty
    /// What reads the file did not give a part of it; it knows why.
    case unread(place: Int64, count: Int)
    /// It does not begin as an MP4 or MOV; it looks like something else where that is known.
    case notMovie(ForeignContainer?)
    /// There is no `moov`: the writing was never ended, or the beginning is missing.
    case noIndex(hasFragments: Bool)
    /// The file ends within its `moov`.
    case indexCut(missingBytes: Int64)
    case indexTooLong(bytes: Int64)
    /// Its `moov` is compressed, as some old QuickTime writers did.
    case compressedIndex
    /// A box that a track cannot be without is missing, or makes no sense.
    case badIndex(box: String, track: UInt32?)
    case encrypted(track: UInt32)
    /// Neither picture nor sound.
    case noTracks
    case tooManyTracks
    case tooManyFrames(track: UInt32)
    case tooManyEdits(track: UInt32)
    /// Part of a track is shown slower or faster than it was recorded.
    case editAtOtherRate(track: UInt32)
}

/// Containers that are no movie in the sense of this module.
package enum ForeignContainer: String, Sendable, Hashable, CaseIterable {
    case matroska
    case mpegTransport
    case mpegProgram
    case flashVideo
    case ogg
    case wave
    case avi
    case mp3
    case adts
    case flac
    case annexB
    case playlist
    case image
    case text

    /// What the first bytes of a file look like.
    static func of(_ bytes: Span<UInt8>) -> ForeignContainer? {
        func begins(_ text: StaticString, at place: Int = 0) -> Bool {
            guard bytes.count >= place + text.utf8CodeUnitCount else { return false }
            return text.withUTF8Buffer { wanted in
                for index in 0..<wanted.count {
                    guard unsafe bytes[place + index] == wanted[index] else { return false }
                }
                return true
            }
        }
        func begins(_ numbers: [UInt8]) -> Bool {
            bytes.count >= numbers.count
                && numbers.indices.allSatisfy { bytes[$0] == numbers[$0] }
        }
        if begins([0x1A, 0x45, 0xDF, 0xA3]) { return .matroska }
        if bytes.count > 376, bytes[0] == 0x47, bytes[188] == 0x47, bytes[376] == 0x47 {
            return .mpegTransport
        }
        if begins([0, 0, 1, 0xBA]) { return .mpegProgram }
        if begins("FLV") { return .flashVideo }
        if begins("OggS") { return .ogg }
        if begins("RIFF") || begins("RF64") {
            return begins("AVI ", at: 8) ? .avi : begins("WEBP", at: 8) ? .image : .wave
        }
        if begins("fLaC") { return .flac }
        if begins("ID3") { return .mp3 }
        if begins("#EXTM3U") { return .playlist }
        if begins([0x89, 0x50, 0x4E, 0x47]) || begins([0xFF, 0xD8, 0xFF]) || begins("GIF8") {
            return .image
        }
        if begins([0, 0, 0, 1]) || begins([0, 0, 1]) { return .annexB }
        if bytes.count > 1, bytes[0] == 0xFF {
            if bytes[1] & 0xF6 == 0xF0 { return .adts }
            if bytes[1] & 0xE0 == 0xE0, bytes[1] & 0x06 != 0 { return .mp3 }
        }
        return isText(bytes) ? .text : nil
    }

    private static func isText(_ bytes: Span<UInt8>) -> Bool {
        for place in 0..<min(bytes.count, 256) {
            let byte = bytes[place]
            guard 0x20...0x7E ~= byte || byte == 9 || byte == 10 || byte == 13 else { return false }
        }
        return true
    }
}

import Movies

extension MovieProblem {
    /// What is wrong with a movie, behind its name and a colon.
    var words: String {
        switch self {
        case .empty: "it is empty"
        case .unread(let place, let count): "\(count) bytes at byte \(place) could not be read"
        case .notMovie(let kind):
            kind.map { "it is no MP4 or MOV, but \($0.words)" } ?? "it is no MP4 or MOV"
        case .noIndex(let hasFragments):
            hasFragments
                ? "its beginning is missing: there are fragments, and nothing that explains them"
                : "it has no index (moov): its writing was never ended"
        case .indexCut(let missing): "it ends within its index (moov): \(missing) bytes are missing"
        case .indexTooLong(let bytes): "its index (moov) of \(bytes) bytes is not to be believed"
        case .compressedIndex: "its index (moov) is compressed, as old QuickTime writers did"
        case .badIndex(let box, let track):
            "its index makes no sense: '\(box)'\(track.map { " of track \($0)" } ?? "")"
        case .encrypted(let track): "track \(track) is encrypted"
        case .noTracks: "it holds neither picture nor sound"
        case .tooManyTracks: "it has too many tracks to be believed"
        case .tooManyFrames(let track): "track \(track) has too many frames to be believed"
        case .tooManyEdits(let track): "track \(track) has too many edits to be believed"
        case .editAtOtherRate(let track):
            "an edit shows track \(track) slower or faster than it was recorded"
        }
    }

    /// What can be done about it.
    var hint: String? {
        switch self {
        case .notMovie(let kind):
            kind?.canBeMovie == true ? "make it one first: ffmpeg -i IN -c copy OUT.mp4" : nil
        case .noIndex(hasFragments: false), .indexCut, .empty:
            "fetch it again, or wait until whoever writes it is done"
        case .noIndex, .unread, .indexTooLong, .badIndex, .encrypted, .noTracks, .tooManyTracks,
            .tooManyFrames, .tooManyEdits:
            nil
        case .compressedIndex, .editAtOtherRate: "write it anew: ffmpeg -i IN -c copy OUT.mp4"
        }
    }
}

extension ForeignContainer {
    var words: String {
        switch self {
        case .matroska: "Matroska or WebM"
        case .mpegTransport: "an MPEG transport stream"
        case .mpegProgram: "an MPEG program stream"
        case .flashVideo: "Flash video"
        case .ogg: "Ogg"
        case .wave: "WAVE"
        case .avi: "AVI"
        case .mp3: "MP3"
        case .adts: "bare AAC"
        case .flac: "FLAC"
        case .annexB: "bare H.264 or H.265"
        case .playlist: "a playlist"
        case .image: "an image"
        case .text: "text"
        }
    }

    fileprivate var canBeMovie: Bool {
        switch self {
        case .matroska, .mpegTransport, .mpegProgram, .flashVideo, .ogg, .wave, .avi, .mp3, .adts,
            .flac, .annexB:
            true
        case .playlist, .image, .text: false
        }
    }
}

extension MovieDamage {
    var words: String {
        switch self {
        case .endsEarly(let box, let place):
            "it ends within '\(box)' at byte \(place); what is before that is used"
        case .framesBeyondEnd(let track, let count):
            "\(count) frames of track \(track) lie beyond the end of the file and are left out"
        case .badFragment(let place): "the fragment at byte \(place) makes no sense"
        case .badTable(let box, let track):
            "'\(box)'\(track.map { " of track \($0)" } ?? "") has fewer entries than it says"
        case .notBox(let place): "nothing can be made of what begins at byte \(place)"
        case .mediaElsewhere(let track):
            "the frames of track \(track) are in another file, and left out"
        }
    }
}

import Primitives

extension Playlist {
    /// Reads a playlist, all of it.
    package init(parsing bytes: [UInt8]) throws(PlaylistProblem) {
        guard bytes.count <= Limits.bytes else {
            throw PlaylistProblem(line: 1, fault: .tooLarge(limit: Limits.bytes))
        }
        var reader = LineReader(maximumLength: Limits.lineBytes)
        reader.add(bytes)
        reader.finish()
        var parser = PlaylistParser()
        while true {
            switch reader.advance() {
            case .starved:
                self = try parser.finish()
                return
            case .tooLong:
                throw PlaylistProblem(
                    line: reader.number, fault: .lineTooLong(limit: Limits.lineBytes))
            case .line:
                parser.line = reader.number
                let text = unsafe reader.line.withUnsafeBufferPointer {
                    unsafe String(decoding: $0, as: UTF8.self)
                }
                try parser.take(text[...])
            }
        }
    }
}

/// Takes a playlist line by line.
struct PlaylistParser {
    /// The number of the line that is taken.
    var line = 1
    private var hasHead = false
    private var hasTarget = false
    private var hasVariantTags = false
    private var hasMediaTags = false
    var version = 1
    var media = MediaPlaylist()
    var multivariant = MultivariantPlaylist()

    // What counts for the URI that comes next.
    var duration: Duration?
    var date: WallClock?
    var isDiscontinuous = false
    var isGap = false
    var range: (length: Int64, start: Int64?)?
    var parts: [Part] = []
    var variant: MultivariantPlaylist.Variant?

    // What counts from where it stands on.
    var map: PieceAddress?
    var partCount = 0
    var hasOnlyKeyframes = false
    /// Where the last range of a resource ended.
    var lastRange: (uri: String, end: Int64)?
    var lastPartRange: (uri: String, end: Int64)?

    func problem(_ fault: PlaylistProblem.Fault) -> PlaylistProblem {
        PlaylistProblem(line: line, fault: fault)
    }

    mutating func take(_ text: Substring) throws(PlaylistProblem) {
        guard hasHead else {
            guard text == "#EXTM3U" || text.hasPrefix("#EXTM3U ") else { throw problem(.noHead) }
            hasHead = true
            return
        }
        if text.hasPrefix("#EXT") {
            let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) ?? text.endIndex
            let value = colon == text.endIndex ? "" : text[text.index(after: colon)...]
            try take(tag: String(text[..<colon].dropFirst()), value)
        } else if !text.hasPrefix("#") {
            let uri = String(text.trimmed)
            if !uri.isEmpty { try take(uri: uri) }
        }
    }

    private mutating func take(tag: String, _ value: Substring) throws(PlaylistProblem) {
        switch tag {
        case "EXT-X-VERSION":
            guard let number = Int64(decimal: value.trimmed), (1...1000).contains(number) else {
                throw problem(.badTag(tag))
            }
            version = Int(number)
        case "EXT-X-INDEPENDENT-SEGMENTS": media.isIndependent = true
        case "EXT-X-STREAM-INF", "EXT-X-MEDIA":
            hasVariantTags = true
            guard !hasMediaTags else { throw problem(.mixed) }
            try take(variantTag: tag, attributes(tag, value))
        case "EXTINF", "EXT-X-TARGETDURATION", "EXT-X-MEDIA-SEQUENCE", "EXT-X-DISCONTINUITY",
            "EXT-X-DISCONTINUITY-SEQUENCE", "EXT-X-MAP", "EXT-X-BYTERANGE",
            "EXT-X-PROGRAM-DATE-TIME", "EXT-X-ENDLIST", "EXT-X-PART-INF", "EXT-X-PART",
            "EXT-X-PRELOAD-HINT", "EXT-X-SERVER-CONTROL", "EXT-X-SKIP", "EXT-X-GAP",
            "EXT-X-KEY", "EXT-X-I-FRAMES-ONLY":
            hasMediaTags = true
            guard !hasVariantTags else { throw problem(.mixed) }
            if tag == "EXT-X-TARGETDURATION" { hasTarget = true }
            try take(mediaTag: tag, value)
        default: break
        }
    }

    func attributes(
        _ tag: String, _ value: Substring
    ) throws(PlaylistProblem) -> AttributeList {
        guard let list = AttributeList(parsing: value.trimmed.utf8) else {
            throw problem(.badTag(tag))
        }
        return list
    }

    private mutating func take(uri: String) throws(PlaylistProblem) {
        if var variant {
            self.variant = nil
            guard multivariant.variants.count < Playlist.Limits.variants else {
                throw problem(.tooManyVariants(limit: Playlist.Limits.variants))
            }
            variant.uri = uri
            multivariant.variants.append(variant)
            return
        }
        guard let duration else { throw problem(.strayURI) }
        guard media.pieces.count < Playlist.Limits.pieces else {
            throw problem(.tooManyPieces(limit: Playlist.Limits.pieces))
        }
        let piece = Piece(
            sequence: media.nextSequence, address: try address(uri), duration: duration,
            date: date, isDiscontinuous: isDiscontinuous, isGap: isGap, map: map, parts: parts)
        media.pieces.append(piece)
        self.duration = nil
        (date, isDiscontinuous, isGap, range, parts) = (nil, false, false, nil, [])
    }

    private mutating func address(_ uri: String) throws(PlaylistProblem) -> PieceAddress {
        guard let range else {
            lastRange = nil
            return PieceAddress(uri: uri, range: nil)
        }
        // Without a beginning it goes on where the last one of the same resource ended.
        let before = lastRange.flatMap { $0.uri == uri ? $0.end : nil }
        guard let start = range.start ?? before,
            let whole = ByteRange(start: start, length: range.length)
        else { throw problem(.badTag("EXT-X-BYTERANGE")) }
        lastRange = (uri, whole.end)
        return PieceAddress(uri: uri, range: whole)
    }

    mutating func finish() throws(PlaylistProblem) -> Playlist {
        guard hasHead else { throw problem(.noHead) }
        if hasVariantTags {
            multivariant.version = version
            return .multivariant(multivariant)
        }
        guard hasTarget else { throw problem(.missingTargetDuration) }
        media.version = version
        media.openParts = parts
        return .media(media)
    }
}

extension Substring {
    /// Without blanks at either end.
    package var trimmed: Substring {
        var rest = utf8
        while rest.first?.isBlank == true { rest.removeFirst() }
        while rest.last?.isBlank == true { rest.removeLast() }
        return Substring(rest)
    }
}

import Primitives

extension PlaylistParser {
    mutating func take(mediaTag tag: String, _ value: Substring) throws(PlaylistProblem) {
        switch tag {
        case "EXTINF": try take(length: value)
        case "EXT-X-TARGETDURATION":
            // Whole seconds; some write a fraction, which players put up with.
            media.targetDuration = try known(Duration(playlistSeconds: value.trimmed), tag)
            guard media.targetDuration > .zero else { throw problem(.badTag(tag)) }
        case "EXT-X-MEDIA-SEQUENCE":
            media.mediaSequence = try known(Int64(decimal: value.trimmed), tag)
            // Numbers of pieces that have been taken already would be wrong.
            guard media.pieces.isEmpty, media.mediaSequence < Self.sequences else {
                throw problem(.badTag(tag))
            }
        case "EXT-X-DISCONTINUITY-SEQUENCE":
            media.discontinuitySequence = try known(Int64(decimal: value.trimmed), tag)
        case "EXT-X-DISCONTINUITY": isDiscontinuous = true
        case "EXT-X-GAP":
            isGap = true
            need(8)
        case "EXT-X-ENDLIST": media.isEnded = true
        case "EXT-X-I-FRAMES-ONLY":
            hasOnlyKeyframes = true
            need(4)
        case "EXT-X-PROGRAM-DATE-TIME":
            date = try known(WallClock(playlistDate: value.trimmed), tag)
        case "EXT-X-BYTERANGE":
            range = try range(value.trimmed, tag)
            need(4)
        default: try take(listTag: tag, attributes(tag, value))
        }
    }

    /// Beyond it no numbers are counted.
    private static let sequences: Int64 = 1 << 62
    /// Pieces that a playlist may leave out: with them numbers still stay far from an overflow.
    private static let skippedPieces: Int64 = 1 << 32

    private mutating func need(_ version: Int) {
        media.neededVersion = max(media.neededVersion, version)
    }

    private func known<Value>(_ value: Value?, _ tag: String) throws(PlaylistProblem) -> Value {
        guard let value else { throw problem(.badTag(tag)) }
        return value
    }

    private func need<Value>(
        _ value: Value?, _ name: String, of tag: String
    ) throws(PlaylistProblem) -> Value {
        guard let value else { throw problem(.missingAttribute(tag: tag, name: name)) }
        return value
    }

    /// `6.006,title`.
    private mutating func take(length value: Substring) throws(PlaylistProblem) {
        let end = value.firstIndex(of: ",") ?? value.endIndex
        let digits = value[..<end].trimmed
        duration = try known(Duration(playlistSeconds: digits), "EXTINF")
        if digits.utf8.contains(UInt8(ascii: ".")) { need(3) }
    }

    /// `length@start`, the second of which may be missing.
    private func range(
        _ value: Substring, _ tag: String
    ) throws(PlaylistProblem) -> (length: Int64, start: Int64?) {
        let words = value.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let length = try known(words.first.flatMap { Int64(decimal: $0) }, tag)
        guard words.count == 2 else { return (length, nil) }
        return (length, try known(Int64(decimal: words[1]), tag))
    }

    private mutating func take(
        listTag tag: String, _ list: AttributeList
    ) throws(PlaylistProblem) {
        switch tag {
        case "EXT-X-MAP":
            let uri = try need(list.quoted("URI"), "URI", of: tag)
            var whole: ByteRange?
            if let text = list.quoted("BYTERANGE") {
                let (length, start) = try range(text[...], tag)
                whole = try known(ByteRange(start: start ?? 0, length: length), tag)
            }
            map = PieceAddress(uri: uri, range: whole)
            need(hasOnlyKeyframes ? 5 : 6)
        case "EXT-X-KEY":
            let method = try need(list.word("METHOD"), "METHOD", of: tag)
            if method != "NONE" { media.encryption = media.encryption ?? method }
            if list.has("IV") { need(2) }
            if list.has("KEYFORMAT") || list.has("KEYFORMATVERSIONS") { need(5) }
        case "EXT-X-PART-INF":
            let target = try need(list.duration("PART-TARGET"), "PART-TARGET", of: tag)
            guard target > .zero else { throw problem(.badTag(tag)) }
            media.partTarget = target
        case "EXT-X-PART": try take(part: list)
        case "EXT-X-PRELOAD-HINT":
            let kind = try need(list.word("TYPE"), "TYPE", of: tag)
            let uri = try need(list.quoted("URI"), "URI", of: tag)
            // One of each kind is all that a playlist may have.
            guard media.hints.count < 2 else { return }
            media.hints.append(
                PreloadHint(
                    kind: kind, uri: uri, start: list.number("BYTERANGE-START") ?? 0,
                    length: list.number("BYTERANGE-LENGTH")))
        case "EXT-X-SERVER-CONTROL":
            media.control.canBlockReload = list.isYes("CAN-BLOCK-RELOAD")
            media.control.holdBack = list.duration("HOLD-BACK")
            media.control.partHoldBack = list.duration("PART-HOLD-BACK")
            media.control.skipBoundary = list.duration("CAN-SKIP-UNTIL")
        default: try take(skip: list)
        }
    }

    private mutating func take(skip list: AttributeList) throws(PlaylistProblem) {
        let tag = "EXT-X-SKIP"
        let count = try need(list.number("SKIPPED-SEGMENTS"), "SKIPPED-SEGMENTS", of: tag)
        guard media.pieces.isEmpty, count < Self.skippedPieces else {
            throw problem(.badTag(tag))
        }
        media.skipped = count
        need(list.has("RECENTLY-REMOVED-DATERANGES") ? 10 : 9)
    }

    private mutating func take(part list: AttributeList) throws(PlaylistProblem) {
        let tag = "EXT-X-PART"
        guard partCount < Playlist.Limits.parts else {
            throw problem(.tooManyParts(limit: Playlist.Limits.parts))
        }
        let uri = try need(list.quoted("URI"), "URI", of: tag)
        let length = try need(list.duration("DURATION"), "DURATION", of: tag)
        var whole: ByteRange?
        if let text = list.quoted("BYTERANGE") {
            let range = try range(text[...], tag)
            let before = lastPartRange.flatMap { $0.uri == uri ? $0.end : nil }
            whole = try known(
                (range.start ?? before).flatMap { ByteRange(start: $0, length: range.length) }, tag)
        }
        lastPartRange = whole.map { (uri, $0.end) }
        parts.append(
            Part(
                address: PieceAddress(uri: uri, range: whole), duration: length,
                isIndependent: list.isYes("INDEPENDENT"), isGap: list.isYes("GAP"), map: map,
                date: parts.isEmpty ? date : nil,
                isDiscontinuous: parts.isEmpty && isDiscontinuous))
        partCount += 1
    }

    mutating func take(
        variantTag tag: String, _ list: AttributeList
    ) throws(PlaylistProblem) {
        guard tag == "EXT-X-STREAM-INF" else {
            guard multivariant.renditions.count < Playlist.Limits.variants else {
                throw problem(.tooManyVariants(limit: Playlist.Limits.variants))
            }
            multivariant.renditions.append(
                MultivariantPlaylist.Rendition(
                    kind: try need(list.word("TYPE"), "TYPE", of: tag),
                    group: try need(list.quoted("GROUP-ID"), "GROUP-ID", of: tag),
                    uri: list.quoted("URI")))
            return
        }
        variant = MultivariantPlaylist.Variant(
            uri: "", bandwidth: try need(list.number("BANDWIDTH"), "BANDWIDTH", of: tag),
            resolution: list.word("RESOLUTION"), codecs: list.quoted("CODECS"),
            audio: list.quoted("AUDIO"))
    }
}

extension WallClock {
    /// A date as playlists have it: ISO 8601, whose zone some write without its colon, or not.
    init?(playlistDate text: Substring) {
        var text = String(text)
        let zone = text.utf8.suffix(5)
        if zone.count == 5, zone.first == UInt8(ascii: "+") || zone.first == UInt8(ascii: "-"),
            zone.dropFirst().allSatisfy(\.isASCIIDigit)
        {
            // A day's `-11-21` ends like a zone does, but a date alone says no time.
            guard text.utf8.contains(UInt8(ascii: "T")) else { return nil }
            text = "\(text.dropLast(2)):\(text.suffix(2))"
        }
        if let whole = WallClock(rfc3339: text) {
            self = whole
        } else if let utc = WallClock(rfc3339: "\(text)Z") {
            self = utc
        } else {
            return nil
        }
    }
}

import HTTP
import Measures
import Network
import Playlists
import Primitives

extension HLSProber {
    /// Asks for what comes next, unless something is being loaded or enough is there.
    func loadPiece() {
        guard ended == nil, retryTimer?.isSet != true else { return }
        if let piece, piece.tries == 0 || isRetryDue {
            isRetryDue = false
            return loadMap(piece.wish)
        }
        guard piece == nil, work.waiting < PieceWork.Limits.waiting,
            player.ahead(now: loop.now) < Limits.ahead
        else { return }
        while true {
            switch course.next(&remarks) {
            case .wait: return
            case .ended:
                isEndOfCourse = true
                // What is being decoded is still to come.
                if work.waiting == 0 { player.finishLoading() }
                return
            case .unnameable(let name):
                log.current.count(.pieceFaults)
                remarks.add(.pieceUnloaded, "sequence=\(name.text) problem=url")
                course.skip()
            case .piece(let wish):
                piece = (wish, 0)
                return loadMap(wish)
            }
        }
    }

    /// What a piece's decoder needs comes before it; it is kept for those that follow.
    private func loadMap(_ wish: PieceWish) {
        piece?.tries += 1
        guard let source = wish.map, map?.source != source else { return loadBytes(wish) }
        fetcher.load(piece: source, within: Limits.loading) { [weak self] result in
            guard let self, ended == nil else { return }
            switch result {
            case .success(let answer):
                map = (source, answer.response.body)
                log.current.count(.bytesReceived, Int64(answer.response.body.count))
                loadBytes(wish)
            case .failure(let problem): lose(wish, problem)
            }
        }
    }

    private func loadBytes(_ wish: PieceWish) {
        let asked = loop.now
        fetcher.load(piece: wish.source, within: Limits.loading) { [weak self] result in
            guard let self, ended == nil else { return }
            switch result {
            case .success(let answer): take(answer, wish, asked: asked)
            case .failure(let problem): lose(wish, problem)
            }
            tellRemarks()
        }
    }

    private func take(_ answer: HLSFetcher.Answer, _ wish: PieceWish, asked: Instant) {
        piece = nil
        let now = loop.now
        let bytes = answer.response.body
        log.current.count(.piecesLoaded)
        log.current.count(.bytesReceived, Int64(bytes.count))
        log.current.add(now - asked, to: .pieceLoad)
        let seconds = Double(wish.duration.wholeMicroseconds) / 1_000_000
        if seconds > 0 { log.current.add(Int64(Double(bytes.count) * 8 / seconds), to: .bitRate) }
        if !hasFirstPiece {
            hasFirstPiece = true
            log.current.add(now - begun, to: .startPiece)
        }
        // A part may be asked for before it is all there: then its server decides.
        if wish.name.part == nil, now - asked > wish.duration {
            let (took, lasts) = ((now - asked).text, wish.duration.text)
            remarks.add(.pieceSlow, "sequence=\(wish.name.text) took=\(took) duration=\(lasts)")
        }
        if let type = answer.response.fields.contentType?.name, !Self.isMedia(type) {
            remarks.add(.pieceType, "type=\(type)")
        }
        let head = wish.map == nil ? [] : map?.bytes ?? []
        work.read(
            wish, bytes, head: head,
            PieceArrival(asked: asked, loaded: now, bytes: bytes.count))
        loadPiece()
    }

    private static func isMedia(_ type: String) -> Bool {
        type.hasPrefix("video/") || type.hasPrefix("audio/") || type == "application/mp4"
            || type == "application/octet-stream" || type == "binary/octet-stream"
    }

    /// A piece is tried once more; then playing goes on behind it.
    private func lose(_ wish: PieceWish, _ problem: HLSFetcher.Problem) {
        guard let tries = piece?.tries else { return }
        guard tries >= Limits.pieceTries else {
            isRetryDue = true
            retryTimer?.set(at: loop.now + Limits.pieceRetry)
            return
        }
        piece = nil
        log.current.count(.pieceFaults)
        let words =
            switch problem {
            case .status(let status): "status=\(status)"
            case .http: "problem=http"
            case .tooManyRedirects: "problem=redirects"
            case .badURL: "problem=url"
            }
        remarks.add(.pieceUnloaded, "sequence=\(wish.name.text) \(words)")
        course.skip()
        loadPiece()
    }

    /// A piece has been decoded.
    func take(_ wish: PieceWish, _ contents: PieceContents, _ arrival: PieceArrival) {
        guard ended == nil else { return }
        advance()
        note(contents.facts)
        let isFirst = player.firstPicture == nil
        let gap = player.add(contents, for: wish, now: loop.now, into: &log.current)
        if !pieceRules.take(wish, contents, gap: gap, &remarks) {
            log.current.count(.pieceFaults)
        } else if case .truncated = contents.shape {
            log.current.count(.pieceFaults)
        }
        if contents.work > wish.duration { isDecoderLate = true }
        if let picture = contents.snapshot { snapshot = picture }
        if plan.wishes.samples { note(rows: contents, arrival) }
        if isFirst, player.firstPicture != nil {
            log.current.count(.viewersJoined)
            phase = .watching
            events.append(.phase(phase))
        }
        if isEndOfCourse, work.waiting == 0 { player.finishLoading() }
        tellRemarks()
        loadPiece()
        onNews()
    }

    private func note(_ new: PieceContents.Facts) {
        if let codec = new.videoCodec { facts.videoCodec = codec }
        if let codec = new.audioCodec { facts.audioCodec = codec }
        guard let width = new.width, let height = new.height, width > 0 else { return }
        if let old = facts.width, old != width || facts.height != height {
            log.current.count(.resolutionChanges)
        }
        (facts.width, facts.height) = (width, height)
    }

    private func note(rows contents: PieceContents, _ arrival: PieceArrival) {
        for frame in contents.frames {
            guard samples.count < Limits.rows else {
                return remarks.add(ProbeReport.Remark(.samplesDropped))
            }
            let ticks = frame.presentation.wholeMicroseconds * 9 / 100
            samples.append(
                FrameRow(
                    medium: .video, arrived: arrival.loaded - begun, bytes: frame.bytes,
                    isKeyframe: frame.isKeyframe,
                    rtpTimestamp: UInt32(truncatingIfNeeded: ticks)))
        }
    }
}

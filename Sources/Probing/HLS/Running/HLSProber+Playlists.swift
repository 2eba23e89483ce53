import HTTP
import Measures
import Network
import Playlists
import Primitives
import WebRTC

extension HLSProber {
    /// Asks for the playlist, unless that is being done.
    func loadPlaylist() {
        guard ended == nil, !isLoadingPlaylist else { return }
        isLoadingPlaylist = true
        reloadTimer?.cancel()
        let asked = loop.now
        let awaited = course.playlist == nil ? nil : course.awaited
        let url = course.playlist == nil ? course.url : course.reloadURL
        // Who waits for a piece may do that for three target durations.
        let patience = (course.playlist?.targetDuration ?? .zero) * 4
        fetcher.load(playlist: url, within: max(Limits.loading, patience)) { [weak self] result in
            guard let self, ended == nil else { return }
            isLoadingPlaylist = false
            switch result {
            case .success(let answer): take(playlist: answer, asked: asked, awaited: awaited)
            case .failure(let problem): lose(problem)
            }
            tellRemarks()
            onNews()
        }
    }

    private func take(playlist answer: HLSFetcher.Answer, asked: Instant, awaited: PieceName?) {
        noteStart(answer)
        log.current.count(.playlistLoads)
        log.current.count(.bytesReceived, Int64(answer.response.body.count))
        let playlist: Playlist
        do throws(PlaylistProblem) {
            playlist = try Playlist(parsing: answer.response.body)
        } catch {
            remarks.add(.playlistMalformed, "line=\(error.line)")
            return failPlaylist(.malformed(line: error.line))
        }
        checkFields(answer, of: playlist)
        switch playlist {
        case .multivariant(let variants): choose(variants, at: answer.url)
        case .media(let media): take(media, answer.url, asked: asked, awaited: awaited)
        }
    }

    private func choose(_ playlist: MultivariantPlaylist, at url: URL) {
        hops += 1
        guard let best = playlist.best, hops < Limits.playlistHops else {
            return failPlaylist(.noPieces)
        }
        let variant = playlist.variants[best]
        guard let next = try? url.resolving(variant.uri), next.isHTTP else {
            return failPlaylist(.badURL)
        }
        var detail =
            "variant=\(best + 1) of=\(playlist.variants.count) bandwidth=\(variant.bandwidth)"
        if let resolution = variant.resolution { detail += " size=\(resolution)" }
        remarks.add(.variant, detail)
        if playlist.hasSoundApart(variant) { remarks.add(.soundApart, nil) }
        course = HLSCourse(url: next)
        loadPlaylist()
    }

    private func take(
        _ media: MediaPlaylist, _ url: URL, asked: Instant, awaited: PieceName?
    ) {
        if let method = media.encryption { return end(ending(.encrypted(method: method))) }
        guard !media.pieces.isEmpty || !media.openParts.isEmpty else {
            return failPlaylist(.noPieces)
        }
        let now = loop.now
        let isNew = rules.take(media, now: now, wall: wall(at: now), &remarks, &log.current)
        if isNew { (lastNew, lastProblem) = (now, nil) }
        if let awaited, !media.isEnded, !media.has(awaited) {
            remarks.add(.reloadEarly, "awaited=\(awaited.text)")
        }
        // Where it was found is where it is found again, without what was waited for.
        let place = awaited == nil ? url : course.url
        course.take(media, from: place, isNew: isNew, asked: asked, now: now)
        if firstPieces == nil { firstPieces = now }
        scheduleReload()
        loadPiece()
    }

    private func lose(_ problem: HLSFetcher.Problem) {
        log.current.count(.playlistLoads)
        switch problem {
        case .http(let problem):
            remarks.add(.playlistUnloaded, nil)
            failPlaylist(.http(problem))
        case .status(let status):
            // Before the show there may be nothing there.
            if course.playlist != nil { remarks.add(.playlistUnloaded, "status=\(status)") }
            failPlaylist(.status(status))
        case .tooManyRedirects:
            failPlaylist(.tooManyRedirects(limit: HLSFetcher.Limits.redirects))
        case .badURL: failPlaylist(.badURL)
        }
    }

    /// A show that is not on the air yet is waited for; what was there once may come again.
    private func failPlaylist(_ failure: HLSFailure) {
        lastProblem = failure
        log.current.count(.playlistFaults)
        guard course.playlist == nil else {
            course.postpone(now: loop.now)
            return scheduleReload()
        }
        guard failure.mayPass, loop.now - begun < plan.patience else {
            return end(ending(failure))
        }
        hops = 0
        course = HLSCourse(url: plan.endpoint)
        reloadTimer?.set(at: loop.now + Limits.retry)
    }

    private func ending(_ failure: HLSFailure) -> ProbeEnding {
        player.firstPicture == nil ? .failed(.hls(failure)) : .lost(.hls(failure))
    }

    private func scheduleReload() {
        guard let due = course.due else { return }
        reloadTimer?.set(at: due)
    }

    func wall(at now: Instant) -> WallClock {
        WallClock(
            millisecondsSince1970: (wallClock.nanosecondsSince1970
                &+ (now - wallClock.instant).wholeNanoseconds) / 1_000_000)
            + player.clockLead
    }

    // MARK: what HTTP says

    private func noteStart(_ answer: HLSFetcher.Answer) {
        if let server = answer.response.fields["Server"] {
            // A report with more than that could not be read back.
            facts.server = String(decoding: server.utf8.prefix(Limits.serverBytes), as: UTF8.self)
        }
        guard !hasFirstPlaylist else { return }
        hasFirstPlaylist = true
        let timings = answer.timings
        log.current.add(timings.resolved, to: .startDNS)
        log.current.add(timings.connected, to: .startTCP)
        if let secured = timings.secured { log.current.add(secured, to: .startTLS) }
        log.current.add(loop.now - begun, to: .startPlaylist)
    }

    private func checkFields(_ answer: HLSFetcher.Answer, of playlist: Playlist) {
        let type = answer.response.fields.contentType?.name
        let path = answer.url.path.lowercased()
        let isNamed = path.hasSuffix(".m3u8") || path.hasSuffix(".m3u")
        if !Self.playlistTypes.contains(type ?? ""), !isNamed || type != nil {
            remarks.add(.playlistType, "type=\(type ?? "none")")
        }
        guard case .media(let media) = playlist, !media.isEnded,
            let age = answer.response.fields.maximumAge,
            .seconds(age) > media.targetDuration
        else { return }
        remarks.add(
            .playlistCached, "max_age=\(age) target=\(media.targetDuration.text)")
    }

    /// As the RFC has them, and as they were before.
    private static let playlistTypes = [
        "application/vnd.apple.mpegurl", "audio/mpegurl", "application/x-mpegurl",
        "audio/x-mpegurl",
    ]
}

extension HLSFailure {
    /// Whether there may be a show by and by.
    fileprivate var mayPass: Bool {
        switch self {
        case .status(let status): status == 404 || status == 409 || status >= 500
        case .noPieces: true
        case .http, .malformed, .encrypted, .tooManyRedirects, .badURL, .stale: false
        }
    }
}

extension MediaPlaylist {
    /// Whether it names a piece or a part, or has gone past it.
    fileprivate func has(_ name: PieceName) -> Bool {
        if name.sequence < nextSequence { return true }
        guard let part = name.part, name.sequence == nextSequence else { return false }
        return part < openParts.count
    }
}

extension HTTPFields {
    /// Seconds for which an answer may be kept; nil where nothing is said.
    fileprivate var maximumAge: Int64? {
        for value in values("Cache-Control") {
            for word in value.split(separator: ",") {
                let pair = word.trimmed.split(separator: "=", maxSplits: 1)
                guard pair.count == 2, pair[0].lowercased() == "max-age" else { continue }
                return Int64(decimal: pair[1].trimmed)
            }
        }
        return nil
    }
}

import HTTP
import Primitives

/// Trickle ICE and ICE restarts (5, 6, 7).
extension SignalingClient {
    /// Sends what waits, if it may: a restart first, else candidates, all in one PATCH.
    mutating func flush() {
        guard phase == .open, case .none = work, let session else { return }
        if let wish {
            self.wish = nil
            restarting = wish
            let count = pending.count
            var fragment = fragment()
            fragment.credentials = wish.credentials
            fragment.isLite = outline.isLite
            send(
                .restart, "PATCH", to: session.url, type: MediaType.trickle, body: fragment.text,
                match: "*", candidateCount: count)
            return
        }
        guard trickles, !pending.isEmpty || endsCandidates && !hasSentEnd else { return }
        if session.entityTag == nil, !hasToldMissingTag {
            hasToldMissingTag = true
            if options.isStrict { return fail(.trickle, .missingEntityTag, nil) }
            notice(.missingEntityTag)
        }
        let count = pending.count
        send(
            .trickle, "PATCH", to: session.url, type: MediaType.trickle, body: fragment().text,
            match: session.entityTag, candidateCount: count)
    }

    /// Everything that waits, by media section; it does not wait any more.
    private mutating func fragment() -> TrickleFragment {
        var fragment = TrickleFragment()
        fragment.credentials = credentials
        fragment.options = outline.options
        fragment.group = outline.group
        let media =
            outline.media.isEmpty
            ? [DescriptionOutline.Media(line: "audio 9 UDP/TLS/RTP/SAVPF 0", mid: nil)]
            : outline.media
        var lines: [[String]] = media.map { _ in [] }
        for candidate in pending {
            let byName = media.firstIndex { $0.mid != nil && $0.mid == candidate.mid }
            let byPlace = media.indices.contains(candidate.mediaIndex) ? candidate.mediaIndex : 0
            if let line = candidate.line { lines[byName ?? byPlace].append(line) }
        }
        pending = []
        let ends = endsCandidates && !hasSentEnd
        if ends { hasSentEnd = true }
        for (index, part) in media.enumerated() where !lines[index].isEmpty {
            fragment.sections.append(
                TrickleFragment.Section(
                    media: part.line, mid: part.mid, candidates: lines[index],
                    endsCandidates: ends))
        }
        if fragment.sections.isEmpty {
            fragment.sections.append(
                TrickleFragment.Section(
                    media: media[0].line, mid: media[0].mid, candidates: [],
                    endsCandidates: ends))
        }
        return fragment
    }

    mutating func stopTrickling() {
        trickles = false
        pending = []
    }

    mutating func concludeTrickle(_ response: HTTPResponse, _ exchange: Exchange) {
        guard exchange.generation == generation else { return }
        switch response.status {
        case 204:
            break
        case 200..<300:
            if options.isStrict {
                return fail(.trickle, .unexpectedStatus(wanted: 204), response)
            }
            notice(.unexpectedStatus(response.status, wanted: 204))
        case 412:
            // Only a restart brings another tag.
            stopTrickling()
            notice(.candidatesOutdated(exchange.candidateCount))
        case 428 where session?.entityTag == nil && !exchange.retriedWithoutTag:
            notice(.preconditionWithoutEntityTag)
            if options.isStrict { return giveUp(exchange, .refused, response) }
            // The only condition that one who knows no tag can make.
            var exchange = exchange
            exchange.retriedWithoutTag = true
            exchange.request.fields.set("If-Match", "*")
            resend(exchange)
        default:
            giveUp(exchange, .refused, response)
        }
    }

    mutating func concludeRestart(_ response: HTTPResponse, _ exchange: Exchange) {
        guard isSuccess(response) else { return failRestart(.refused, response) }
        if response.status != 200 {
            if options.isStrict || response.status == 204 {
                return failRestart(.unexpectedStatus(wanted: 200), response)
            }
            notice(.unexpectedStatus(response.status, wanted: 200))
        }
        let field = response.fields["Content-Type"]
        if response.fields.contentType?.name != MediaType.trickle {
            if options.isStrict { return failRestart(.unexpectedContentType(field), response) }
            notice(.unexpectedContentType(field, wanted: MediaType.trickle))
        }
        guard response.body.count <= TrickleFragment.maximumLength else {
            return failRestart(.bodyTooLong, response)
        }
        guard let text = String(validating: response.body.span) else {
            return failRestart(.bodyNotText, response)
        }
        let fragment: TrickleFragment
        do {
            fragment = try TrickleFragment(parsing: text)
        } catch {
            return failRestart(.badFragment(error), response)
        }
        guard fragment.credentials != nil else {
            return failRestart(.restartWithoutCredentials, response)
        }
        let before = session?.entityTag
        session?.entityTag = nil
        guard keepEntityTag(response, .restart) else {
            session?.entityTag = before
            return
        }
        if session?.entityTag == nil {
            if options.isStrict {
                session?.entityTag = before
                return failRestart(.missingEntityTag, response)
            }
            if before != nil { notice(.missingEntityTag) }
        }
        restarting = nil
        actions.append(.restarted(fragment))
    }

    /// The old ICE session goes on (7).
    mutating func failRestart(_ reason: SignalingFailure.Reason, _ response: HTTPResponse?) {
        if let restarting {
            credentials = restarting.before
            trickles = restarting.wasTrickling
        }
        restarting = nil
        pending = []
        endsCandidates = false
        hasSentEnd = false
        let failure = SignalingFailure(step: .restart, reason: reason, response: response)
        actions.append(.restartFailed(failure))
    }
}

extension LocalCandidate {
    /// What follows `a=`; nil for what would break out of its line.
    var line: String? {
        let text = attribute.hasPrefix("a=") ? String(attribute.dropFirst(2)) : attribute
        guard text.hasPrefix("candidate:"),
            text.utf8.count <= TrickleFragment.maximumLineLength - 2,
            text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return nil }
        return text
    }
}

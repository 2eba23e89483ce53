import HTTP
import Primitives

/// What answers mean, once redirects and waiting are out of the way.
extension SignalingClient {
    mutating func conclude(
        _ response: HTTPResponse, _ exchange: Exchange, now: Instant, date: WallClock
    ) {
        switch exchange.step {
        case .discovery:
            if !isSuccess(response) { return giveUp(exchange, .refused, response) }
            actions.append(.servers(ICEServer.all(in: response.fields)))
        case .offer: concludeOffer(response, exchange, now: now, date: date)
        case .counterAnswer: concludeCounterAnswer(response, exchange)
        case .trickle: concludeTrickle(response, exchange)
        case .restart: concludeRestart(response, exchange)
        case .close:
            // Gone is what was wanted (8).
            let isGone = response.status == 404 || response.status == 410
            if !isSuccess(response), !isGone { notice(.deleteRefused(response.status)) }
            end()
        }
    }

    func isSuccess(_ response: HTTPResponse) -> Bool { (200..<300).contains(response.status) }

    private mutating func concludeOffer(
        _ response: HTTPResponse, _ exchange: Exchange, now: Instant, date: WallClock
    ) {
        let isCounterOffer =
            options.role == .whep && response.status == 406
            && (response.fields.contentType?.name == MediaType.sdp)
        guard isSuccess(response) || isCounterOffer else {
            if options.role == .whep, options.waitsForPublisher != nil,
                response.status == 404 || response.status == 409, let since = waitingSince
            {
                return fail(.offer, .noPublisher(waited: now - since), response)
            }
            return fail(.offer, .refused, response)
        }
        // First the session, so that whatever is wrong with the rest, it is not left behind.
        guard let location = response.fields["Location"] else {
            return fail(.offer, .missingLocation, response)
        }
        let resolved = try? exchange.url.resolving(location).withoutFragment
        guard let url = resolved, url.isHTTP else {
            return fail(.offer, .badLocation(location), response)
        }
        session = Session(url: url, entityTag: nil)
        trust(url, named: exchange)
        if isClosing { return finish() }
        guard keepEntityTag(response, .offer) else { return }
        guard let sdp = description(response, isCounterOffer: isCounterOffer) else { return }
        let answer = AcceptedAnswer(
            sdp: sdp, session: url, entityTag: session?.entityTag,
            iceServers: ICEServer.all(in: response.fields),
            extensions: extensions(response, at: exchange.url))
        if isCounterOffer {
            let validity = counterOfferValidity(response, date: date)
            phase = .countering(until: now + validity)
            actions.append(.counterOffered(answer, validFor: validity))
        } else {
            phase = .open
            actions.append(.accepted(answer))
        }
    }

    /// An endpoint that got the token may name the place where it is to be used, but not one where
    /// everybody can read it.
    private mutating func trust(
        _ url: URL, named exchange: Exchange
    ) {
        if !url.hasSameOrigin(as: exchange.url) { notice(.sessionAtOtherOrigin(url.text)) }
        let isDowngrade = exchange.url.scheme == "https" && url.scheme == "http"
        if allowsBearer(exchange.url), !isDowngrade, !isTrusted(url) {
            trustedOrigins.append(url)
        }
    }

    /// The body of a 201 or of a counter-offer; nil after having failed.
    private mutating func description(
        _ response: HTTPResponse, isCounterOffer: Bool
    ) -> String? {
        if response.status != 201, !isCounterOffer {
            if options.isStrict {
                fail(.offer, .unexpectedStatus(wanted: 201), response)
                return nil
            }
            notice(.unexpectedStatus(response.status, wanted: 201))
        }
        let field = response.fields["Content-Type"]
        if response.fields.contentType?.name != MediaType.sdp {
            if options.isStrict {
                fail(.offer, .unexpectedContentType(field), response)
                return nil
            }
            notice(.unexpectedContentType(field, wanted: MediaType.sdp))
        }
        guard response.body.count <= DescriptionOutline.maximumLength else {
            fail(.offer, .bodyTooLong, response)
            return nil
        }
        guard let text = String(validating: response.body.span) else {
            fail(.offer, .bodyNotText, response)
            return nil
        }
        guard DescriptionOutline.isPlausible(text) else {
            fail(.offer, .notADescription, response)
            return nil
        }
        return text
    }

    /// False after having failed.
    mutating func keepEntityTag(
        _ response: HTTPResponse, _ step: SignalingFailure.Step
    ) -> Bool {
        guard let tag = response.fields["ETag"] else { return true }
        let parsed = EntityTag(tag)
        guard parsed == nil || parsed?.isWeak == true else {
            session?.entityTag = tag
            return true
        }
        if options.isStrict {
            if step == .restart {
                failRestart(.badEntityTag(tag), response)
            } else {
                fail(step, .badEntityTag(tag), response)
            }
            return false
        }
        notice(parsed == nil ? .malformedEntityTag(tag) : .weakEntityTag(tag))
        // As it came: servers that make such tags compare them as text.
        session?.entityTag = EntityTag.isHarmless(tag) ? tag : nil
        return true
    }

    private func extensions(_ response: HTTPResponse, at base: URL) -> [LinkField] {
        let prefixes = ["urn:ietf:params:whip:ext:", "urn:ietf:params:whep:ext:"]
        let known = LinkField.all(in: response.fields).compactMap { link -> LinkField? in
            let relations = (link["rel"] ?? "").split(separator: " ")
            guard relations.contains(where: { prefixes.contains(where: $0.hasPrefix) }),
                let target = try? base.resolving(link.target), target.isHTTP
            else { return nil }
            return LinkField(target: target.text, parameters: link.parameters)
        }
        return Array(known.prefix(AcceptedAnswer.maximumExtensions))
    }

    private func counterOfferValidity(_ response: HTTPResponse, date: WallClock) -> Duration {
        guard let until = response.fields.contentType?["valid-until"],
            let validity = RetryAfter.duration(
                WallClock(httpDate: until) == nil ? nil : until, answered: response.fields["Date"],
                date: date)
        else { return Self.counterOfferValidity }
        return min(validity, Self.maximumCounterOfferValidity)
    }

    private mutating func concludeCounterAnswer(_ response: HTTPResponse, _ exchange: Exchange) {
        guard isSuccess(response) else { return fail(.counterAnswer, .refused, response) }
        if response.status != 204 {
            if options.isStrict {
                return fail(.counterAnswer, .unexpectedStatus(wanted: 204), response)
            }
            notice(.unexpectedStatus(response.status, wanted: 204))
        }
        guard keepEntityTag(response, .counterAnswer) else { return }
        phase = .open
        actions.append(.counterAnswerTaken)
    }
}

/// An ETag field's value (RFC 9110 8.8.3).
struct EntityTag: Equatable {
    let isWeak: Bool
    /// With its quotes.
    let text: String

    static let maximumLength = 256

    /// Nil where it isn't in quotes.
    init?(_ field: String) {
        isWeak = field.hasPrefix("W/")
        text = isWeak ? String(field.dropFirst(2)) : field
        let bytes = text.utf8
        guard bytes.count >= 2, bytes.count <= Self.maximumLength,
            bytes.first == UInt8(ascii: "\""), bytes.last == UInt8(ascii: "\""),
            bytes.dropFirst().dropLast().allSatisfy({ $0 > 0x20 && $0 != 0x22 && $0 != 0x7F })
        else { return nil }
    }

    /// Whether it may go back into a header field.
    static func isHarmless(_ field: String) -> Bool {
        !field.isEmpty && field.utf8.count <= maximumLength
            && field.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }
}

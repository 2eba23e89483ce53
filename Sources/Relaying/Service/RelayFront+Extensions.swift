import HTTP
import Network
import Primitives
import Signaling

/// What a viewer's session offers beside itself (WHEP 6).
enum WHEPExtension {
    static let events = "urn:ietf:params:whep:ext:core:server-sent-events"
    static let layer = "urn:ietf:params:whep:ext:core:layer"

    static let all = [
        EndpointOptions.Extension(
            relation: events, path: "events",
            parameters: [
                FieldParameter(
                    name: "events",
                    value: ShowEventKind.allCases.map(\.rawValue).joined(separator: ","))
            ]),
        EndpointOptions.Extension(relation: layer, path: "layer", parameters: []),
    ]
}

extension RelayFront {
    func extend(
        _ session: SessionID, _ relation: String, _ request: HTTPRequest,
        _ responder: HTTPResponder
    ) {
        switch (relation, request.method) {
        case (WHEPExtension.events, "POST"): subscribe(request, responder)
        case (WHEPExtension.events, "GET"): listen(session, request, responder)
        case (WHEPExtension.events, "DELETE"):
            feed.remove(session)
            responder.respond(dressed(HTTPResponse(status: 200), request))
        case (WHEPExtension.layer, "POST"): chooseLayer(session, request, responder)
        case (WHEPExtension.layer, "DELETE"): choose(nil, session, request, responder)
        default:
            var refusal = HTTPResponse.problem(405, "this method has no meaning here")
            let isLayer = relation == WHEPExtension.layer
            refusal.fields.append("Allow", isLayer ? "DELETE, POST" : "DELETE, GET, POST")
            responder.respond(dressed(refusal, request))
        }
    }

    private func dressed(_ response: HTTPResponse, _ request: HTTPRequest) -> HTTPResponse {
        whep.dressed(response, for: request)
    }

    // MARK: events

    /// Says where the events that are asked for will be told.
    private func subscribe(_ request: HTTPRequest, _ responder: HTTPResponder) {
        guard let names = Self.list(request.body), let kinds = Self.kinds(names) else {
            return responder.respond(
                dressed(.problem(400, "the body is no list of events that there are"), request))
        }
        let path = request.target.prefix { $0 != "?" }
        let wanted = ShowEventKind.allCases.filter(kinds.contains).map(\.rawValue)
        var response = HTTPResponse(status: 201)
        response.fields.append("Location", "\(path)?events=\(wanted.joined(separator: ","))")
        responder.respond(dressed(response, request))
    }

    private static func list(_ body: [UInt8]) -> [String]? {
        guard body.count <= ServiceLimits.extensionBytes,
            case .array(let values)? = try? JSON(parsing: body.span)
        else { return nil }
        let names = values.compactMap(\.stringValue)
        return names.count == values.count ? names : nil
    }

    /// Nil where one of them is unknown.
    private static func kinds(_ names: [String]) -> Set<ShowEventKind>? {
        let kinds = names.compactMap(ShowEventKind.init)
        return kinds.count == names.count && !kinds.isEmpty ? Set(kinds) : nil
    }

    private func listen(
        _ id: SessionID, _ request: HTTPRequest, _ responder: HTTPResponder
    ) {
        let query = request.target.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
        let wanted = query.hasPrefix("events=") ? query.dropFirst(7) : ""
        let kinds =
            wanted.isEmpty
            ? Set(ShowEventKind.allCases)
            : Self.kinds(wanted.split(separator: ",").map(String.init))
        guard let kinds, let session = sessions[id] else {
            return responder.respond(dressed(.problem(404, "there is no such stream"), request))
        }
        var head = HTTPResponse(status: 200)
        head.fields.append("Content-Type", "text/event-stream")
        head.fields.append("Cache-Control", "no-store")
        // Before the new one is there: it takes the place of an earlier one.
        feed.remove(id)
        let answer = responder.open(dressed(head, request)) { [weak self] in
            self?.feed.remove(id)
        }
        guard let answer else { return }
        feed.add(
            id, show: session.client.show, kinds: kinds, pictureMID: session.pictureMID, answer)
    }

    /// Asks how a show stands, and tells it to those who listen.
    func refresh(_ show: String) {
        let (home, loop) = (home, loop)
        gate.tell { relay in
            let standing = ShowStanding(relay.report(of: show))
            loop.submit { home.value.front?.feed.tell(show, standing) }
        }
    }

    /// Something has changed about a show.
    func changed(_ show: String, _ change: ShowChange) {
        switch change {
        case .active:
            log.add(.showActive(show))
            refresh(show)
        case .inactive:
            log.add(.showInactive(show))
            refresh(show)
        case .layers, .viewerCount: feed.note(show)
        }
    }

    // MARK: layers

    private func chooseLayer(
        _ session: SessionID, _ request: HTTPRequest, _ responder: HTTPResponder
    ) {
        guard request.body.count <= ServiceLimits.extensionBytes,
            let json = try? JSON(parsing: request.body.span), case .object(let wish) = json
        else {
            return responder.respond(
                dressed(.problem(400, "the body is no choice of a layer"), request))
        }
        // The draft says encodingId, players of today say rid as well.
        let rid = (wish["encodingId"] ?? wish["rid"])?.stringValue
        choose(rid, session, request, responder)
    }

    private func choose(
        _ rid: String?, _ session: SessionID, _ request: HTTPRequest, _ responder: HTTPResponder
    ) {
        hand(responder) { relay in
            do throws(RelayRefusal) {
                try relay.choose(layer: rid, for: session)
                return true
            } catch {
                return false
            }
        } _: { front, responder, isChosen in
            let response: HTTPResponse =
                isChosen
                ? HTTPResponse(status: 200) : .problem(404, "the show has no such layer")
            responder.respond(front.dressed(response, request))
        }
    }
}

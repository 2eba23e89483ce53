import HTTP
import Network
import Primitives
import WebRTC

/// The shows that there are, as JSON (`lc.shows/1`).
enum ShowsDocument {
    static func json(_ report: RelayReport, now: Instant) -> JSON {
        var document = JSONObject()
        document["schema"] = "lc.shows/1"
        document["shows"] = .array(report.shows.map { show($0, now: now) })
        return .object(document)
    }

    private static func show(_ show: ShowReport, now: Instant) -> JSON {
        var object = JSONObject()
        object["name"] = .string(show.name)
        object["is_active"] = .bool(show.isActive)
        object["viewer_count"] = .integer(Int64(show.viewerCount))
        if let since = show.activeSince {
            object["active_milliseconds"] = .integer((now - since).wholeMilliseconds)
        }
        if let publisher = show.publisher { object["publisher"] = self.publisher(publisher) }
        object["tracks"] = .array(show.tracks.map(track))
        return .object(object)
    }

    /// Without the address: who reads this need not know where somebody is.
    private static func publisher(_ publisher: PublisherReport) -> JSON {
        var object = JSONObject()
        object["packets_received"] = .integer(Int64(publisher.packetsReceived))
        object["packets_lost"] = .integer(Int64(publisher.packetsLost))
        object["packets_repaired"] = .integer(Int64(publisher.packetsRepaired))
        object["keyframe_requests"] = .integer(Int64(publisher.keyframeRequests))
        return .object(object)
    }

    private static func track(_ track: TrackReport) -> JSON {
        var object = JSONObject()
        object["kind"] = .string(track.codec.kind == .video ? "video" : "audio")
        object["codec"] = .string(track.codec.encodingName)
        object["layers"] = .array(track.layers.map(layer))
        return .object(object)
    }

    private static func layer(_ layer: LayerReport) -> JSON {
        var object = JSONObject()
        if !layer.rid.isEmpty { object["name"] = .string(layer.rid) }
        object["is_active"] = .bool(layer.isActive)
        object["bits_per_second"] = .integer(Int64(layer.bitsPerSecond))
        object["viewer_count"] = .integer(Int64(layer.viewerCount))
        if let size = layer.size {
            object["width"] = .integer(Int64(size.width))
            object["height"] = .integer(Int64(size.height))
        }
        return .object(object)
    }
}

extension RelayFront {
    func shows(_ report: RelayReport) -> HTTPResponse {
        let json = ShowsDocument.json(report, now: loop.now)
        return HTTPResponse(
            status: 200,
            fields: HTTPFields([
                ("Content-Type", "application/json"), ("Cache-Control", "no-store"),
            ]), body: Array((json.text + "\n").utf8))
    }
}

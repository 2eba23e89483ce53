import Primitives
import Relaying

/// Where a relay can be reached.
struct ListeningPlace {
    let http: SocketAddress
    let udp: SocketAddress
    let url: String

    init(_ service: RelayService, isSecure: Bool) {
        http = service.httpAddress
        udp = service.udpAddress
        // Every address includes this machine's own, which is one that can be typed.
        let place = http.isUnspecified ? "localhost:\(http.port)" : http.description
        url = "\(isSecure ? "https" : "http")://\(place)"
    }

    var json: JSON {
        var object = JSONObject()
        object["schema"] = "lc.relay/1"
        object["http_address"] = .string(http.description)
        object["udp_address"] = .string(udp.description)
        object["url"] = .string(url)
        return .object(object)
    }
}

import HTTP
import Network
import Primitives
import WebRTC

/// Figures in the text format of Prometheus.
struct MetricsText {
    private(set) var text = ""

    /// One figure that has no labels.
    mutating func add(_ name: String, _ help: String, counter value: Int) {
        head(name, help, "counter")
        text += "\(name) \(value)\n"
    }

    mutating func add(_ name: String, _ help: String, gauge value: Int) {
        head(name, help, "gauge")
        text += "\(name) \(value)\n"
    }

    /// One figure with a row for each set of labels.
    mutating func add(
        _ name: String, _ help: String, isCounter: Bool,
        rows: [(labels: [(name: String, value: String)], value: Int)]
    ) {
        guard !rows.isEmpty else { return }
        head(name, help, isCounter ? "counter" : "gauge")
        for row in rows {
            let labels = row.labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
            text += "\(name){\(labels.joined(separator: ","))} \(row.value)\n"
        }
    }

    private mutating func head(_ name: String, _ help: String, _ type: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    static func escaped(_ value: String) -> String {
        var escaped = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}

extension RelayFront {
    func metrics(_ report: RelayReport) -> HTTPResponse {
        var text = MetricsText()
        addGauges(report, to: &text)
        addCounters(report.counters, to: &text)
        addSocket(report.socket, to: &text)
        addShows(report.shows, to: &text)
        return HTTPResponse(
            status: 200,
            fields: HTTPFields([
                ("Content-Type", "text/plain; version=0.0.4; charset=utf-8"),
                ("Cache-Control", "no-store"),
            ]), body: Array(text.text.utf8))
    }

    private func addGauges(_ report: RelayReport, to text: inout MetricsText) {
        text.add(
            "lc_relay_shows", "Shows that have a publisher or viewers.", gauge: report.shows.count)
        text.add(
            "lc_relay_shows_active", "Shows whose media come.",
            gauge: report.shows.count { $0.isActive })
        text.add("lc_relay_sessions", "Publishers and viewers.", gauge: report.sessions)
        text.add("lc_relay_draining", "1 while nobody is taken in.", gauge: isDraining ? 1 : 0)
        let http = server?.counters ?? HTTPServerCounters()
        text.add(
            "lc_relay_http_connections", "HTTP connections.", gauge: server?.connectionCount ?? 0)
        text.add("lc_relay_http_requests_total", "HTTP requests.", counter: http.requests)
        text.add(
            "lc_relay_http_refused_total", "HTTP connections beyond the limits.",
            counter: http.refused)
        text.add(
            "lc_relay_http_malformed_total", "HTTP requests that were none.",
            counter: http.malformed)
        text.add(
            "lc_relay_http_slow_total", "HTTP connections closed for being slow.",
            counter: http.tooSlow)
    }

    private func addCounters(_ counters: RelayCounters, to text: inout MetricsText) {
        let rows: [(String, String, Int)] = [
            ("packets_received", "RTP packets of publishers.", counters.packetsReceived),
            ("packets_forwarded", "RTP packets to viewers.", counters.packetsForwarded),
            ("bytes_forwarded", "Bytes of RTP to viewers.", counters.bytesForwarded),
            ("keyframe_requests", "Keyframes asked of publishers.", counters.keyframeRequests),
            ("repairs_asked", "Packets that viewers asked for again.", counters.repairsAsked),
            ("repairs_sent", "Packets sent to viewers again.", counters.repairsSent),
            (
                "handshakes_dropped", "Datagrams of handshakes for which too many waited.",
                counters.handshakesDropped
            ),
            ("layer_switches", "Changes of a viewer's layer.", counters.layerSwitches),
            ("publishers_accepted", "Publishers taken in.", counters.publishersAccepted),
            ("viewers_accepted", "Viewers taken in.", counters.viewersAccepted),
            ("viewers_connected", "Viewers that were connected.", counters.viewersConnected),
            ("refused", "Offers refused.", counters.refused),
            ("sessions_ended", "Sessions that are over.", counters.sessionsEnded),
            ("strangers", "Datagrams of nobody known.", counters.strangers),
            ("malformed", "Packets that are none.", counters.malformed),
            ("over_rate", "Packets of publishers beyond their bit rate.", counters.overRate),
        ]
        for (name, help, value) in rows {
            text.add("lc_relay_\(name)_total", help, counter: value)
        }
    }

    private func addSocket(_ socket: UDPCounters, to text: inout MetricsText) {
        let rows: [(String, String, Int)] = [
            ("received", "UDP datagrams that came.", socket.received),
            ("received_bytes", "Bytes of them.", socket.receivedBytes),
            ("sent", "UDP datagrams that went.", socket.sent),
            ("sent_bytes", "Bytes of them.", socket.sentBytes),
            ("dropped", "Datagrams that the kernel had no room for.", socket.dropped),
            ("failed", "Datagrams that the kernel refused.", socket.failed),
            ("discarded", "Datagrams that were too long.", socket.discarded),
        ]
        for (name, help, value) in rows {
            text.add("lc_relay_udp_\(name)_total", help, counter: value)
        }
    }

    private func addShows(_ shows: [ShowReport], to text: inout MetricsText) {
        func rows(
            _ value: (ShowReport) -> Int
        ) -> [(labels: [(name: String, value: String)], value: Int)] {
            shows.map { ([("show", $0.name)], value($0)) }
        }
        text.add(
            "lc_relay_show_viewers", "Viewers of a show.", isCounter: false,
            rows: rows { $0.viewerCount })
        text.add(
            "lc_relay_show_active", "1 while the show's media come.", isCounter: false,
            rows: rows { $0.isActive ? 1 : 0 })
        text.add(
            "lc_relay_show_packets_forwarded_total", "RTP packets to a show's viewers.",
            isCounter: true, rows: rows { $0.packetsForwarded })
        text.add(
            "lc_relay_show_packets_lost", "Packets of a show's publisher that never came.",
            isCounter: false, rows: rows { $0.publisher?.packetsLost ?? 0 })
        let layers = shows.flatMap { show in
            show.tracks.flatMap { track in
                track.layers.map { layer in
                    let labels = [
                        ("show", show.name), ("codec", track.codec.encodingName),
                        ("layer", layer.rid),
                    ]
                    return (labels: labels, value: layer.bitsPerSecond)
                }
            }
        }
        text.add(
            "lc_relay_layer_bits_per_second", "What a layer of a publisher carries.",
            isCounter: false, rows: layers)
    }
}

import CommandLineKit
import Primitives
import Relaying
import Signaling

/// The options of the relay.
enum RelayArguments {
    enum LogFormat: String, Sendable, CaseIterable {
        case text
        case jsonl
        case none
    }

    enum SecondPublisher: String, Sendable, CaseIterable {
        case replace
        case refuse
    }

    static let listen = Argument.option(
        "listen", short: "l", .listenAddress,
        "where HTTP listens; :PORT is every address, port 0 takes a free one",
        default: "127.0.0.1:8080")
    static let udp = Argument.option(
        "udp", .listenAddress, "where media come and go; unless given the same address and port")
    static let publicAddress = Argument.repeated(
        "public-address", .publicAddress,
        "where media are reached from outside, if a NAT or a container is in between")
    static let certificate = Argument.option(
        "tls-certificate", .file, "the certificate and its chain in PEM, for HTTPS")
    static let key = Argument.option("tls-key", .file, "the certificate's key in PEM")

    static let publishTokens = Argument.option(
        "publish-token-file", .file, "bearer tokens that may publish any show, one a line")
    static let playTokens = Argument.option(
        "play-token-file", .file, "bearer tokens that may play any show, one a line")
    static let showTokens = Argument.option(
        "show-token-file", .file,
        "tokens for single shows: lines of NAME publish TOKEN or NAME play TOKEN")
    static let statusTokens = Argument.option(
        "status-token-file", .file, "bearer tokens that may read /metrics and /shows")
    static let origins = Argument.repeated(
        "page-origin", .origin,
        "a site whose pages may use the endpoints; unless given those of every site may")

    static let secondPublisher = Argument.option(
        "second-publisher", .choice(of: SecondPublisher.self, "POLICY"),
        "what becomes of a show's publisher when another one comes", default: "replace")
    static let iceServers = Argument.option(
        "ice-server-file", .file,
        "STUN and TURN servers that clients are told of: lines of URL or URL USER PASSWORD")
    static let record = Argument.option(
        "record", .folder, "record all shows into this folder, which is made where there is none")
    static let socketBuffer = Argument.option(
        "socket-buffer", .byteSize, "what the kernel is asked to set aside for datagrams",
        default: "8MiB")

    static let sessions = Argument.option(
        "max-sessions", .integer(in: 1...65_000), "how many publishers and viewers in all",
        default: "4096")
    static let shows = Argument.option(
        "max-shows", .integer(in: 1...10_000), "how many shows", default: "256")
    static let viewers = Argument.option(
        "max-viewers", .integer(in: 1...65_000), "how many viewers of one show",
        default: "4096")
    static let publisherRate = Argument.option(
        "max-bitrate", .bitRate, "what a publisher may send in all", default: "20M")
    static let requests = Argument.option(
        "max-requests", .integer(in: 1...100_000),
        "how often a second one address may begin, change or end a session", default: "50")
    static let connections = Argument.option(
        "max-connections", .integer(in: 1...16_384), "HTTP connections of one address",
        default: "1024")
    static let drain = Argument.option(
        "drain", .duration, "how long SIGTERM waits for sessions to end by themselves",
        default: "5s")

    static let log = Argument.option(
        "log", .choice(of: LogFormat.self, "FORMAT"),
        "how to write what happens to standard error", default: "text")

    static let all: [ArgumentRow] =
        [listen.row, udp.row, publicAddress.row, certificate.row, key.row].under("Where")
        + [
            publishTokens.row, playTokens.row, showTokens.row, statusTokens.row, origins.row,
        ].under("Who")
        + [secondPublisher.row, iceServers.row, record.row].under("Media")
        + [
            sessions.row, shows.row, viewers.row, publisherRate.row, requests.row,
            connections.row, socketBuffer.row,
        ].under("Limits")
        + [drain.row, log.row].under("Running")
}

extension ValueKind<SocketAddress> {
    /// `:8080`, `8080`, `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`.
    static let listenAddress = ValueKind("ADDRESS") { text throws(ValueProblem) in
        if let port = UInt16(text.first == ":" ? String(text.dropFirst()) : text) {
            return SocketAddress(high: 0, low: 0, port: port)
        }
        if text.hasPrefix("localhost:"), let port = UInt16(text.dropFirst(10)) {
            return SocketAddress(ipv4: 0x7F00_0001, port: port)
        }
        guard let address = SocketAddress(text) else {
            throw ValueProblem("an address such as :8080, 127.0.0.1:8080 or [::1]:8080")
        }
        return address
    }

    /// `203.0.113.7` or `203.0.113.7:8080`.
    static let publicAddress = ValueKind("ADDRESS") { text throws(ValueProblem) in
        guard let address = SocketAddress(host: text, port: 0) ?? SocketAddress(text),
            !address.isUnspecified
        else {
            throw ValueProblem("an IP address such as 203.0.113.7 or 203.0.113.7:8080")
        }
        return address
    }
}

extension ValueKind<String> {
    /// `https://shop.example`: scheme, host and perhaps port, as browsers send it.
    static let origin = ValueKind("ORIGIN") { text throws(ValueProblem) in
        let problem = ValueProblem("an origin such as https://shop.example")
        guard let url = try? ValueKind<String>.url.parse(text), url == text.lowercased() else {
            throw problem
        }
        let rest = url.drop { $0 != "/" }.dropFirst(2)
        guard url.hasPrefix("http://") || url.hasPrefix("https://"), !rest.isEmpty,
            !rest.contains(where: { "/?#@".contains($0) })
        else { throw problem }
        return url
    }
}

import Primitives
import Relaying
import Signaling
import TestSupport
import Testing

/// A service on ports of its own, asked by curl.
private final class TestService {
    let service: RelayService
    private let curl = ["-4", "-sS", "-m", "20"]

    static func settings() -> ServiceSettings {
        ServiceSettings(
            http: SocketAddress(ipv4: 0x7F00_0001, port: 0), udp: nil, publicAddresses: [],
            certificate: nil, access: .open, pages: .any, iceServers: [],
            rate: RateLimit(burst: 1000, interval: .milliseconds(1)),
            connectionsPerAddress: 100, publisherPolicy: .replace, limits: .standard,
            socketBufferBytes: 1 << 16)
    }

    init(_ settings: ServiceSettings = TestService.settings()) throws {
        let clock: @Sendable () -> WallClock = { WallClock(millisecondsSince1970: 0) }
        service = try RelayService(settings, log: ServiceLog(clock: clock), wallClock: clock)
    }

    deinit { service.close() }

    /// The status and the body.
    func ask(_ path: String, _ arguments: [String] = []) throws -> (status: String, body: String) {
        let run = try ProcessRun.run(
            "/usr/bin/curl",
            curl + ["-w", "\n%{http_code}", "http://\(service.httpAddress)\(path)"] + arguments,
            environment: ["no_proxy": "*"])
        let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
        return (String(lines.last ?? ""), lines.dropLast().joined(separator: "\n"))
    }
}

@Suite struct ServiceTests {
    @Test func `health, figures, shows and pages are there`() throws {
        let test = try TestService()
        #expect(try test.ask("/healthz") == ("200", "ok\n"))
        #expect(try test.ask("/shows") == ("200", "{\"schema\":\"lc.shows/1\",\"shows\":[]}\n"))
        #expect(try test.ask("/metrics").body.contains("\nlc_relay_sessions 0\n"))
        #expect(try test.ask("/drop").body.contains("<h1>drop</h1>"))
        #expect(try test.ask("/drop/publish").body.contains("Publish drop"))
        #expect(try test.ask("/").body.contains("<h1>Shows</h1>"))
        #expect(try test.ask("/a/b").status == "404")
        #expect(try test.ask("/drop", ["-X", "POST"]).status == "405")
        #expect(try test.ask("/metrics", ["-X", "POST"]).status == "405")
        #expect(try test.ask("/healthz", ["-I"]).status == "200")
    }

    @Test func `endpoints answer by the rules of WHIP and WHEP`() throws {
        let test = try TestService()
        #expect(try test.ask("/whip/drop").status == "204")
        #expect(try test.ask("/whep/drop", ["-I"]).body.contains("application/sdp"))
        #expect(try test.ask("/whip/drop", ["-d", "x"]).status == "415")
        let sdp = ["-H", "Content-Type: application/sdp", "-d"]
        #expect(try test.ask("/whip/drop", sdp + ["nonsense"]).status == "400")
        #expect(
            try test.ask("/whep/drop/\(String(repeating: "0", count: 32))/events").status == "404")
        let refused = test.service.log.take().map(\.event)
        #expect(refused.count == 3, "\(refused)")
    }

    @Test func `tokens guard publishing, playing and figures, and can be replaced`() throws {
        var settings = TestService.settings()
        settings.access = ServiceAccess(
            publish: [EndpointOptions.Access(name: nil, bearer: "secret")], play: [],
            status: ["figures"])
        let test = try TestService(settings)
        let sdp = ["-H", "Content-Type: application/sdp", "-d", "v=0"]
        func bearer(_ token: String) -> [String] { ["-H", "Authorization: Bearer \(token)"] }
        #expect(try test.ask("/whip/drop", sdp).status == "401")
        #expect(try test.ask("/whip/drop", sdp + bearer("secret")).status != "401")
        #expect(try test.ask("/whep/drop", sdp).status != "401")
        #expect(try test.ask("/metrics").status == "401")
        #expect(try test.ask("/metrics", bearer("figures")).status == "200")
        #expect(try test.ask("/shows", bearer("figure")).status == "401")
        #expect(try test.ask("/healthz").status == "200")
        settings.access.publish = [EndpointOptions.Access(name: nil, bearer: "other")]
        settings.access.status = []
        test.service.replace(settings.access)
        #expect(try test.ask("/whip/drop", sdp + bearer("secret")).status == "401")
        #expect(try test.ask("/whip/drop", sdp + bearer("other")).status != "401")
        // Without a token of its own it answers whoever asks on the machine itself.
        #expect(try test.ask("/metrics").status == "200")
    }

    @Test func `one address may ask only so often`() throws {
        var settings = TestService.settings()
        settings.rate = RateLimit(burst: 3, interval: .seconds(60))
        let test = try TestService(settings)
        let sdp = ["-H", "Content-Type: application/sdp", "-d", "nonsense"]
        let statuses = try (0..<4).map { _ in try test.ask("/whip/drop", sdp).status }
        #expect(statuses == ["400", "400", "400", "429"])
        #expect(try test.ask("/drop").status == "200")
    }

    @Test func `who drains takes nobody in, and says so`() throws {
        let test = try TestService()
        test.service.drain()
        let health = try test.ask("/healthz")
        #expect(health == ("503", "draining\n"))
        let offer = ["-H", "Content-Type: application/sdp", "-d", "v=0\r\n"]
        #expect(try test.ask("/whip/drop", offer).status == "503")
        #expect(test.service.log.take().first?.event == .draining(sessions: 0))
    }

    @Test func `pages of others are let in by their origin`() throws {
        var settings = TestService.settings()
        settings.pages = .only(["https://shop.example"])
        let test = try TestService(settings)
        func allowed(_ origin: String) throws -> Bool {
            try test.ask("/whep/drop", ["-i", "-H", "Origin: \(origin)"]).body
                .contains("Access-Control-Allow-Origin: \(origin)")
        }
        #expect(try allowed("https://shop.example"))
        #expect(try !allowed("https://evil.example"))
    }

    @Test func `a port that is taken is told apart, for HTTP and for media`() throws {
        let first = try TestService()
        var settings = TestService.settings()
        settings.http = first.service.httpAddress
        settings.udp = SocketAddress(ipv4: 0x7F00_0001, port: 0)
        #expect(throws: ServiceProblem.portTaken(.http, settings.http)) {
            _ = try TestService(settings)
        }
        settings.http = SocketAddress(ipv4: 0xC000_0201, port: 0)
        settings.udp = nil
        #expect(throws: ServiceProblem.self) { _ = try TestService(settings) }
        withExtendedLifetime(first) {}
    }
}

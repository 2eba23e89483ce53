import Network
import Primitives
import Relaying
import Signaling
import TestSupport
import Testing

/// What a relay says of its clocks.
@Suite struct ClockTests {
    private func service(_ access: ServiceAccess) throws -> RelayService {
        var settings = ServiceSettings(
            http: SocketAddress(ipv4: 0x7F00_0001, port: 0), udp: nil, publicAddresses: [],
            certificate: nil, access: access, pages: .any, iceServers: [],
            rate: RateLimit(burst: 1000, interval: .milliseconds(1)),
            connectionsPerAddress: 100, publisherPolicy: .replace, limits: .standard,
            socketBufferBytes: 1 << 16)
        settings.clock = {
            let now = HostClock.read()
            return HostTime(instant: now.instant, nanosecondsSince1970: 5_000_000_000)
        }
        let wall: @Sendable () -> WallClock = { WallClock(millisecondsSince1970: 0) }
        return try RelayService(settings, log: ServiceLog(clock: wall), wallClock: wall)
    }

    private func ask(_ service: RelayService, _ words: [String]) throws -> String {
        try ProcessRun.run(
            "/usr/bin/curl",
            ["-4", "-sS", "-m", "20"] + words
                + ["http://\(service.httpAddress)/clock"],
            environment: ["no_proxy": "*"]
        ).output
    }

    @Test func `anybody may ask what time it is, and nobody keeps the answer`() throws {
        let service = try service(
            ServiceAccess(
                publish: [EndpointOptions.Access(name: nil, bearer: "secret")],
                play: [EndpointOptions.Access(name: nil, bearer: "secret")], status: ["x"]))
        defer { service.close() }
        let before = HostClock.read().instant
        let answer = try ask(service, ["-i", "-H", "Origin: http://example.com"])
        let after = HostClock.read().instant
        #expect(answer.hasPrefix("HTTP/1.1 200"))
        #expect(answer.contains("Cache-Control: no-store"))
        #expect(answer.contains("Access-Control-Allow-Origin: *"))
        let body = try #require(answer.split(separator: "\r\n\r\n").last)
        let json = try JSON(parsing: Array(body.utf8).span)
        func number(_ key: String) -> Int64 { json[key]?.integerValue ?? -1 }
        #expect(json["schema"] == "lc.clock/1" && number("sent_ns") == 5_000_000_000)
        let stay = number("sent_ns") - number("received_ns")
        #expect((0..<1_000_000_000).contains(stay))
        #expect(number("sent_monotonic_ns") - number("received_monotonic_ns") == stay)
        #expect(number("received_monotonic_ns") >= before.nanoseconds)
        #expect(number("sent_monotonic_ns") <= after.nanoseconds)
        #expect(try ask(service, ["-i", "-X", "POST"]).hasPrefix("HTTP/1.1 405"))
        #expect(try ask(service, ["-I"]).hasPrefix("HTTP/1.1 200"))
        let folder = ScratchFolder()
        let name = "clock.schema.json"
        folder.write(
            Files.read("\(Self.repository)/docs/schemas/whip-relay/\(name)") ?? "", to: name)
        let check = try ProcessRun.run(
            "\(Self.repository)/scripts/check-schemas", [folder.path, "-"],
            environment: ["LANG": "C.UTF-8"], input: json.text)
        #expect(check.status == 0, "\(check.output)\(check.talk)")
    }

    private static let repository =
        #filePath.split(separator: "/", omittingEmptySubsequences: false)
        .dropLast(3).joined(separator: "/")
}

import HTTP
import Measures
import Network
import Primitives
import Relaying
import Signaling
import TestSupport
import Testing
import WebRTC

@testable import Probing

/// Who finds out how far another clock is from ours, with real servers.
@Suite struct ClockWatchTests {
    private static let shift: Duration = .milliseconds(-3210)

    /// A watch on a loop of its own.
    private final class Bench: @unchecked Sendable {  // `watch` is reached on the loop only
        let loop: EventLoop
        private var watch: ClockWatch?

        init(_ clock: ClockSource, endpoint: String) throws {
            loop = try EventLoop(name: "test", processor: nil)
            let endpoint = try URL(parsing: endpoint)
            _ = loop.perform { [self] in
                let host = HostClock.read()
                let made = ClockWatch(
                    on: loop, clock, endpoint: endpoint,
                    network: ProbeNetwork(
                        bearer: nil, servers: [], relayOnly: false, isStrict: false,
                        authorityPath: nil, verifiesPeer: true, userAgent: "test"),
                    wallClock: WallClockAnchor(
                        instant: host.instant, nanosecondsSince1970: host.nanosecondsSince1970))
                watch = made
                made.start()
            }
        }

        func close() {
            _ = loop.perform { [self] in
                watch?.close()
                watch = nil
            }
            loop.stop()
            loop.join()
        }

        var report: ClockReport {
            (loop.perform { [self] in watch?.report(at: loop.now) } ?? nil) ?? ClockReport()
        }

        var offset: (offset: Duration, uncertainty: Duration)? {
            loop.perform { [self] in watch?.offset(at: loop.now) } ?? nil
        }

        var remarks: [ProbeReport.Remark] {
            loop.perform { [self] in watch?.takeRemarks() ?? [] } ?? []
        }

        /// Waits for a condition, and records where it does not come true.
        func wait(_ condition: (ClockReport) -> Bool) throws {
            try eventually("what is known of the clock", within: .seconds(20)) {
                condition(report)
            }
        }
    }

    private static func relay() throws -> RelayService {
        var settings = ServiceSettings(
            http: SocketAddress(ipv4: 0x7F00_0001, port: 0), udp: nil, publicAddresses: [],
            certificate: nil, access: .open, pages: .any, iceServers: [],
            rate: RateLimit(burst: 1000, interval: .milliseconds(1)),
            connectionsPerAddress: 100, publisherPolicy: .replace, limits: .standard,
            socketBufferBytes: 1 << 16)
        settings.clock = {
            let now = HostClock.read()
            return HostTime(
                instant: now.instant,
                nanosecondsSince1970: now.nanosecondsSince1970 + shift.wholeNanoseconds)
        }
        let wall: @Sendable () -> WallClock = { WallClock(millisecondsSince1970: 0) }
        return try RelayService(settings, log: ServiceLog(clock: wall), wallClock: wall)
    }

    private func check(_ bench: Bench, within bound: Duration) throws {
        let found = try #require(bench.offset)
        let error = found.offset - Self.shift
        #expect(abs(error.wholeNanoseconds) <= found.uncertainty.wholeNanoseconds)
        #expect(found.uncertainty <= bound)
        let report = bench.report
        #expect(report.standing == .measured && report.offset != nil)
        #expect(report.bestRoundTrip ?? .seconds(9) < bound * 2)
        #expect(bench.remarks.isEmpty)
    }

    @Test func `a relay's clock is found by a burst of questions`() throws {
        let service = try Self.relay()
        defer { service.close() }
        let url = "http://\(service.httpAddress)"
        let bench = try Bench(
            .http(try URL(parsing: "\(url)/clock")), endpoint: "\(url)/whep/drop")
        defer { bench.close() }
        try bench.wait { $0.exchanges >= 8 }
        #expect(bench.report.source == "\(url)/clock")
        try check(bench, within: .milliseconds(50))
    }

    @Test func `a server of time is asked by NTP`() throws {
        let server = try TimeServer { NTPAnswer.plain($0, Self.shift) }
        defer { server.close() }
        let bench = try Bench(
            .ntp(host: "127.0.0.1", port: server.port), endpoint: "http://192.0.2.1/whep/drop")
        defer { bench.close() }
        try bench.wait { $0.exchanges >= 8 }
        try check(bench, within: .milliseconds(50))
    }

    @Test func `whoever answers nonsense is not believed, and the right answer still is`() throws {
        let server = try TimeServer { question in
            var foreign = NTPAnswer.plain(question, .seconds(99))
            foreign[0][24] ^= 1
            return foreign + [[0x24], []] + NTPAnswer.plain(question, Self.shift)
        }
        defer { server.close() }
        let bench = try Bench(
            .ntp(host: "127.0.0.1", port: server.port), endpoint: "http://192.0.2.1/whep/drop")
        defer { bench.close() }
        try bench.wait { $0.exchanges >= 3 }
        try check(bench, within: .milliseconds(100))
    }

    @Test(arguments: [
        ("DENY", "clock_denied"), ("RSTR", "clock_denied"), ("", "clock_absent"),
    ])
    func `a server that does not want to be asked, or does not know, is left alone`(
        kiss: String, remark: String
    ) throws {
        let server = try TimeServer { question in
            var answers = NTPAnswer.plain(question, .zero)
            if kiss.isEmpty {
                answers[0][0] |= 0xC0
            } else {
                answers[0][1] = 0
                answers[0].replaceSubrange(12..<16, with: Array(kiss.utf8))
            }
            return answers
        }
        defer { server.close() }
        let bench = try Bench(
            .ntp(host: "127.0.0.1", port: server.port), endpoint: "http://192.0.2.1/whep/drop")
        defer { bench.close() }
        var seen: [String] = []
        try bench.wait { _ in
            seen += bench.remarks.map(\.code)
            return !seen.isEmpty
        }
        #expect(seen == [remark])
        #expect(bench.report.standing == .unknown && bench.offset == nil)
        #expect(server.questions == 1)
    }

    @Test(arguments: ["127.0.0.1", "[::1]", "localhost"])
    func `on one machine there is nothing to compare`(host: String) throws {
        let bench = try Bench(.automatic, endpoint: "http://\(host):9/whep/drop")
        defer { bench.close() }
        try bench.wait { $0.standing == .same }
        #expect(bench.report.exchanges == 0 && bench.report.offset == nil)
        #expect(try #require(bench.offset) == (.zero, .zero))
    }

    @Test func `what is said to be the same clock is, and nobody is asked where nobody is wanted`()
        throws
    {
        let same = try Bench(.same, endpoint: "http://192.0.2.1/whep/drop")
        defer { same.close() }
        #expect(same.report.standing == .same)
        let nobody = try Bench(.nobody, endpoint: "http://192.0.2.1/whep/drop")
        defer { nobody.close() }
        #expect(nobody.report == ClockReport(standing: .unknown) && nobody.offset == nil)
    }

    @Test func `a server without a clock is told of`() throws {
        let service = try Self.relay()
        defer { service.close() }
        let url = "http://\(service.httpAddress)"
        let bench = try Bench(.http(try URL(parsing: "\(url)/healthz")), endpoint: "\(url)/x")
        defer { bench.close() }
        var seen: [String] = []
        try bench.wait { _ in
            seen += bench.remarks.map(\.code)
            return !seen.isEmpty
        }
        #expect(seen == ["clock_absent"])
        #expect(bench.report.standing == .unknown)
    }
}

/// A small server of time on the loopback interface.
private final class TimeServer: @unchecked Sendable {  // all but `port` is of the loop's thread
    let port: UInt16
    private let loop: EventLoop
    private let socket: UDPSocket
    private var watch: DescriptorWatch?
    private var count = 0

    init(_ answer: @escaping @Sendable ([UInt8]) -> [[UInt8]]) throws {
        loop = try EventLoop(name: "time", processor: nil)
        let socket = try UDPSocket(
            at: SocketAddress(ipv4: 0x7F00_0001, port: 0), bufferBytes: 1 << 16,
            usesSegmentation: false)
        self.socket = socket
        port = socket.localAddress.port
        _ = loop.perform { [self] in
            watch = try? self.socket.watch(on: loop) { [weak self] in self?.serve(answer) }
        }
    }

    private func serve(_ answer: ([UInt8]) -> [[UInt8]]) {
        var questions: [([UInt8], SocketAddress)] = []
        socket.receive { bytes, client in
            questions.append((bytes.indices.map { bytes[$0] }, client))
        }
        for (question, client) in questions {
            count += 1
            for bytes in answer(question) { socket.send(bytes.span, to: client) }
        }
        socket.flush()
    }

    var questions: Int { loop.perform { [self] in count } ?? 0 }

    func close() {
        _ = loop.perform { [self] in watch?.cancel() }
        loop.stop()
        loop.join()
    }
}

private enum NTPAnswer {
    /// Of a server whose clock is so far ahead.
    static func plain(_ question: [UInt8], _ shift: Duration) -> [[UInt8]] {
        let now = HostClock.read().nanosecondsSince1970 + shift.wholeNanoseconds
        let time = NTPTime(nanosecondsSince1970: now).rawValue
        var bytes = [UInt8](repeating: 0, count: 48)
        (bytes[0], bytes[1], bytes[3]) = (0x24, 1, 0xEC)
        for place in 0..<8 {
            bytes[24 + place] = question[40 + place]
            let byte = UInt8(truncatingIfNeeded: time >> UInt64(56 - 8 * place))
            (bytes[32 + place], bytes[40 + place]) = (byte, byte)
        }
        return [bytes]
    }
}

@Suite struct NTPReplyTests {
    private func reply(
        _ change: (inout [UInt8]) -> Void
    ) -> Result<NTPReply, NTPReply.Problem> {
        let mark: UInt64 = 0x0102_0304_0506_0708
        var bytes = NTPAnswer.plain(NTPReply.question(mark: mark), .zero)[0]
        change(&bytes)
        do throws(NTPReply.Problem) {
            return .success(try NTPReply(parsing: bytes.span, mark: mark))
        } catch {
            return .failure(error)
        }
    }

    @Test func `a question is a client's of version 4, and says nothing but its mark`() {
        let question = NTPReply.question(mark: 0xA1A2_A3A4_A5A6_A7A8)
        #expect(question.count == 48 && question[0] == 0x23)
        #expect(question[1..<40].allSatisfy { $0 == 0 })
        #expect(question[40...] == [0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8])
    }

    @Test func `what is wrong with an answer is told`() throws {
        #expect(try reply { _ in }.get().error <= .microseconds(1))
        #expect(reply { $0.removeLast() } == .failure(.malformed))
        #expect(reply { $0[0] = 0x23 } == .failure(.malformed))
        #expect(reply { $0[0] = 0x0C } == .failure(.malformed))
        #expect(reply { $0[31] ^= 1 } == .failure(.notAsked))
        #expect(reply { $0[0] |= 0xC0 } == .failure(.unsynchronised))
        #expect(reply { $0[1] = 16 } == .failure(.unsynchronised))
        #expect(reply { $0[4] = 0x40 } == .failure(.unsynchronised))
        #expect(reply { $0[32] ^= 0x01 } == .failure(.malformed))
        #expect(
            reply {
                $0[1] = 0
                $0.replaceSubrange(12..<16, with: Array("RATE".utf8))
            } == .failure(.tooOften))
        #expect(reply { $0[1] = 0 } == .failure(.denied))
        // The way to the true time and the server's own spread count.
        let told = try reply {
            $0[6] = 0x20
            $0[10] = 0x10
        }.get().error
        #expect(told >= .milliseconds(124) && told <= .milliseconds(126))
    }

    @Test func `the document of a clock is read, and nothing that only looks like one`() {
        func read(_ text: String) -> ClockReply? { ClockReply(parsing: Array(text.utf8).span) }
        let good = "{\"schema\":\"lc.clock/1\",\"received_ns\":5,\"sent_ns\":6}"
        #expect(read(good).map { [$0.receipt, $0.reply] } == [5, 6])
        for bad in [
            "", "[]", "{}", good.replacing("5", with: "7"), good.replacing("5", with: "-5"),
            good.replacing("/1", with: "/2"), good.replacing("6", with: "9223372036854775807"),
        ] { #expect(read(bad) == nil, "\(bad)") }
    }
}

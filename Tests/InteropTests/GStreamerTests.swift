import Primitives
import Signaling
import TestSupport
import Testing
import WebRTC

/// A network namespace that a pair of interfaces joins to ours, gone with the test.
///
/// libnice never uses loopback, so its program needs a network, and gets one without a world.
final class NetworkNamespace {
    private static let ip = "/usr/sbin/ip"
    let name: String
    private let device: String
    /// Our end.
    let host: SocketAddress

    /// Whether this system lets us.
    static let isPermitted = (try? NetworkNamespace()) != nil

    init() throws {
        var random = SystemRandomNumberGenerator()
        let suffix = String(random.next() % 0xFFFF_FFFF, radix: 36)
        name = "lc-test-\(suffix)"
        device = "lc\(suffix)"
        // From the block for benchmarks (RFC 2544), which no network that is real has.
        let network: UInt32 = 0xC612_0000 | UInt32.random(in: 0..<0x8000, using: &random) << 2
        host = SocketAddress(ipv4: network + 1, port: 0)
        let guest = SocketAddress(ipv4: network + 2, port: 0)
        try Self.run("netns", "add", name)
        let other = "\(device)g"
        try Self.run(
            "link", "add", device, "type", "veth", "peer", "name", other, "netns", name)
        try Self.run("addr", "add", "\(host.host)/30", "dev", device)
        try Self.run("link", "set", device, "up")
        try Self.run("-n", name, "addr", "add", "\(guest.host)/30", "dev", other)
        try Self.run("-n", name, "link", "set", other, "up")
        try Self.run("-n", name, "link", "set", "lo", "up")
    }

    deinit {
        try? Self.run("link", "del", device)
        try? Self.run("netns", "del", name)
    }

    /// A program inside of it.
    func start(_ program: String, _ arguments: [String], home: String) throws -> RunningProcess {
        try RunningProcess(
            Self.ip, ["netns", "exec", name, program] + arguments,
            environment: OtherPrograms.environment(home: home))
    }

    private static func run(_ arguments: String...) throws {
        let run = try ProcessRun.run(ip, arguments, environment: [:], within: .seconds(10))
        guard run.status == 0 else { throw LiveFailure("ip \(arguments): \(run.talk)") }
    }
}

/// The system's Python with GStreamer.
enum GStreamer {
    static let python = "/usr/bin/python3"

    /// Whether it has all the elements that the script needs.
    static let isInstalled: Bool = {
        let check = """
            import gi
            gi.require_version('GstWebRTC', '1.0')
            from gi.repository import Gst, GstWebRTC
            Gst.init(None)
            names = ['webrtcbin', 'nicesrc', 'x264enc', 'vp8enc', 'opusenc']
            raise SystemExit(not all(Gst.ElementFactory.find(name) for name in names))
            """
        let home = ScratchFolder()
        let run = try? ProcessRun.run(
            python, ["-c", check], environment: OtherPrograms.environment(home: home.path))
        return run?.status == 0
    }()
}

extension Interop {
    /// GStreamer's webrtcbin as publisher: libnice, and an offer whose candidates come later.
    @Suite(
        .serialized,
        .enabled(
            if: GStreamer.isInstalled || Machine.isCI,
            "GStreamer's webrtcbin with Python's gi is not installed"),
        .enabled(
            if: NetworkNamespace.isPermitted || Machine.isCI,
            "network namespaces are not permitted"))
    struct GStreamerTests {
        @Test(arguments: [Codec.h264, .vp8], [true, false])
        func `what GStreamer publishes arrives and decodes`(codec: Codec, isLite: Bool) throws {
            let namespace = try NetworkNamespace()
            var settings = LiveServer.Settings(isLite: isLite)
            settings.host = namespace.host
            let server = try LiveServer(settings)
            let home = ScratchFolder()
            let process = try namespace.start(
                GStreamer.python,
                [OtherPrograms.script("gst_whip.py"), server.whip, codec.encodingName],
                home: home.path)
            let session = try server.session(of: process)
            #expect(!session.offer.contains("a=candidate"))
            try reach(
                "50 frames of video, 80 of audio", within: .seconds(20),
                { "\(session.peer.record.phase) \(process.words)" }
            ) {
                let record = session.peer.record
                return record.frames(.video).count >= 50 && record.frames(.audio).count >= 80
            }
            let trickled = process.output.split(separator: "\n").filter {
                $0.contains("\"patched\"")
            }
            #expect(trickled.count >= 2 && trickled.allSatisfy { $0.contains("\"status\": 204") })
            process.closeInput()
            try server.stop(after: process)
            let frames = session.peer.record.frames(.video)
            #expect(frames.first?.codec == codec)
            #expect(frames.allSatisfy { !$0.description.isDamaged })
            #expect(frames.first?.description.isKeyframe == true)
            let pictures = try Decoding.pictures(frames, codec)
            #expect(pictures == frames.count)
        }
    }
}

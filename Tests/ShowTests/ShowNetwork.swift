import Glibc
import TestSupport

/// A network namespace that a pair of interfaces joins to ours, gone with the test: for programs
/// that shun loopback.
final class ShowNetwork {
    private static let ip = "/usr/sbin/ip"
    /// Our end, and the one inside.
    let host: String
    let guest: String
    private let name: String
    private let device: String

    /// Whether this system lets us.
    static let isPermitted = (try? ShowNetwork()) != nil

    init() throws {
        var random = SystemRandomNumberGenerator()
        let suffix = String(random.next() as UInt64 % 0xFFFF_FFFF, radix: 36)
        name = "lc-show-\(suffix)"
        device = "lc\(suffix)"
        // From the block for benchmarks (RFC 2544), which no network that is real has.
        let (third, fourth) = (
            Int.random(in: 0..<256, using: &random), Int.random(in: 0..<63, using: &random) * 4
        )
        host = "198.19.\(third).\(fourth + 1)"
        guest = "198.19.\(third).\(fourth + 2)"
        try Self.run("netns", "add", name)
        try Self.run(
            "link", "add", device, "type", "veth", "peer", "name", "\(device)g", "netns", name)
        try Self.run("addr", "add", "\(host)/30", "dev", device)
        try Self.run("link", "set", device, "up")
        try Self.run("-n", name, "addr", "add", "\(guest)/30", "dev", "\(device)g")
        try Self.run("-n", name, "link", "set", "\(device)g", "up")
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
            environment: ShowPeers.environment(home: home))
    }

    private static func run(_ arguments: String...) throws {
        let run = try ProcessRun.run(ip, arguments, environment: [:], within: .seconds(10))
        guard run.status == 0 else { throw ShowFailure(words: "ip \(arguments): \(run.talk)") }
    }
}

/// Programs of others that shows are tested with.
enum ShowPeers {
    static let repository =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        .joined(separator: "/")
    static let systemPython = "/usr/bin/python3"
    /// The Python that has aiortc: `scripts/peers` makes it.
    static let python = variable("LC_PEERS_PYTHON") ?? "\(repository)/.build/peers/bin/python"
    static var hasAiortc: Bool { Files.exists(python) }
    /// There everything must be installed: what is absent fails instead of being skipped.
    static var isCI: Bool { variable("CI") == "true" }

    static let hasGStreamer: Bool = {
        let check = """
            import gi
            gi.require_version('GstWebRTC', '1.0')
            from gi.repository import Gst, GstWebRTC
            Gst.init(None)
            names = ['webrtcbin', 'nicesrc', 'x264enc', 'vp8enc', 'opusenc']
            raise SystemExit(not all(Gst.ElementFactory.find(name) for name in names))
            """
        let run = try? ProcessRun.run(
            systemPython, ["-c", check], environment: environment(home: ScratchFolder().path))
        return run?.status == 0
    }()

    static func script(_ name: String) -> String {
        "\(repository)/Tests/InteropTests/Peers/\(name)"
    }

    /// What programs need to find their files and folders; no proxy stands between us and them.
    static func environment(home: String) -> [String: String] {
        ["PATH": variable("PATH") ?? "/usr/bin:/bin", "HOME": home, "LANG": "C.UTF-8"]
    }

    private static func variable(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}

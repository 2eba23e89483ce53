import Glibc
import Primitives
import TestSupport

/// Two network namespaces and the wire between them, which a script spoils: kernels without netem
/// are common, those without TUN interfaces are not.
final class BadWire {
    private static let ip = "/usr/sbin/ip"
    static let isPermitted = Files.exists("/dev/net/tun") && ShowNetwork.isPermitted

    /// Where the one at the outer end and the one at the inner end are reached.
    let outer = "198.19.250.1"
    let inner = "198.19.250.2"
    private let names: (outer: String, inner: String)
    private let wire: RunningProcess
    private var commands = 0

    init() throws {
        var random = SystemRandomNumberGenerator()
        let suffix = String(random.next() as UInt64 % 0xFFFF_FFFF, radix: 36)
        names = ("lc-out-\(suffix)", "lc-in-\(suffix)")
        try Self.run("netns", "add", names.outer)
        try Self.run("netns", "add", names.inner)
        wire = try RunningProcess(
            ShowPeers.systemPython,
            [ShowPeers.own("bad_wire.py"), names.outer, outer, names.inner, inner],
            environment: ["PATH": "/usr/sbin:/usr/bin:/bin"])
        try awaitAnswer()
    }

    deinit {
        wire.closeInput()
        _ = try? wire.finish(within: .seconds(10))
        try? Self.run("netns", "del", names.outer)
        try? Self.run("netns", "del", names.inner)
    }

    /// `loss SHARE`, `delay MS MORE`, `cut [MS]`, `hold MS` or `mend`; the script says more.
    func set(_ command: String) throws {
        wire.write(command + "\n")
        commands += 1
        try awaitAnswer()
    }

    /// How long packets to the inner end took since the command before, in the middle.
    func medianMilliseconds() throws -> Double {
        try set("tell")
        let answer = try JSON(parsing: String(wire.output.split(separator: "\n").last ?? ""))
        guard let median = answer["median_ms"].flatMap({ Double($0.text) }) else {
            throw ShowFailure(words: "no packet was carried: \(wire.output.suffix(200))")
        }
        return median
    }

    private func awaitAnswer() throws {
        try eventually("the wire obeys; \(wire.talk)", within: .seconds(30)) {
            wire.output.split(separator: "\n").count > commands
        }
    }

    /// What runs a program at one of the ends.
    func prefix(isInside: Bool) -> [String] {
        [Self.ip, "netns", "exec", isInside ? names.inner : names.outer]
    }

    private static func run(_ arguments: String...) throws {
        let run = try ProcessRun.run(ip, arguments, environment: [:], within: .seconds(10))
        guard run.status == 0 else { throw ShowFailure(words: "ip \(arguments): \(run.talk)") }
    }
}

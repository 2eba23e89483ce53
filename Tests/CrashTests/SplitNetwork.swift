import Glibc
import TestSupport

/// Two network namespaces with a cable between them that a test pulls: `near`, which this process
/// always reaches, and `far`, which it reaches through `near`. Gone with the test.
final class SplitNetwork {
    private static let ip = "/usr/sbin/ip"

    struct Side {
        let name: String
        let address: String

        /// What stands before a program that is to be in it.
        var program: [String] { [SplitNetwork.ip, "netns", "exec", name] }
    }

    let near: Side
    let far: Side
    private let cable: String
    private let device: String

    /// Whether this system lets us.
    static let isPermitted = (try? SplitNetwork()) != nil

    init() throws {
        var random = SystemRandomNumberGenerator()
        let suffix = String(random.next() as UInt64 % 0xFFFF_FFFF, radix: 36)
        // From the block for benchmarks (RFC 2544), which no network that is real has.
        let third = Int.random(in: 0..<256, using: &random)
        let fourth = Int.random(in: 0..<31, using: &random) * 8
        func address(_ last: Int) -> String { "198.19.\(third).\(fourth + last)" }
        near = Side(name: "lc-near-\(suffix)", address: address(2))
        far = Side(name: "lc-far-\(suffix)", address: address(1))
        cable = "lf\(suffix)"
        device = "lc\(suffix)"
        try Self.run("netns", "add", near.name)
        try Self.run("netns", "add", far.name)
        try Self.run(
            "link", "add", device, "type", "veth", "peer", "name", "\(device)n", "netns", near.name)
        try Self.run(
            "-n", far.name, "link", "add", cable, "type", "veth", "peer", "name", "\(cable)n",
            "netns", near.name)
        for (place, name, address) in [
            ([], device, address(5)), (["-n", near.name], "\(device)n", address(6)),
            (["-n", near.name], "\(cable)n", near.address), (["-n", far.name], cable, far.address),
        ] {
            try Self.run(place + ["addr", "add", "\(address)/30", "dev", name])
            try Self.run(place + ["link", "set", name, "up"])
        }
        for side in [near, far] { try Self.run("-n", side.name, "link", "set", "lo", "up") }
        try Self.run("route", "add", "\(address(0))/30", "via", address(6))
        try Self.run("-n", far.name, "route", "add", "\(address(4))/30", "via", near.address)
        try Self.run("netns", "exec", near.name, "sysctl", "-qw", "net.ipv4.ip_forward=1")
    }

    /// Nothing gets from one side to the other any more, and nobody is told.
    func pullCable() throws {
        try Self.run("-n", near.name, "link", "set", "\(cable)n", "down")
        try Self.run("-n", far.name, "link", "set", cable, "down")
    }

    func plugCable() throws {
        try Self.run("-n", near.name, "link", "set", "\(cable)n", "up")
        try Self.run("-n", far.name, "link", "set", cable, "up")
        // With the interface went the way that leads through it.
        let host = near.address.split(separator: ".")
        let last = (Int(host[3]) ?? 0) + 2
        try Self.run(
            "-n", far.name, "route", "replace",
            "\(host[0]).\(host[1]).\(host[2]).\(last)/30", "via", near.address)
    }

    deinit {
        try? Self.run("link", "del", device)
        try? Self.run("netns", "del", near.name)
        try? Self.run("netns", "del", far.name)
    }

    private static func run(_ arguments: String...) throws { try run(arguments) }

    private static func run(_ arguments: [String]) throws {
        let run = try ProcessRun.run(
            ip, arguments, environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"],
            within: .seconds(10))
        guard run.status == 0 else {
            throw ProcessFailure(words: "ip \(arguments): \(run.talk)")
        }
    }
}

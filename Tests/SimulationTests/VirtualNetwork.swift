import Primitives

/// A network that exists only as a queue of datagrams with times; seeded, so that a run repeats.
struct VirtualNetwork {
    struct Conditions {
        /// Out of 1000.
        var lost = 0
        var duplicated = 0
        var delay: ClosedRange<Int> = 1...5
        /// What is longer is lost in silence, as on a path without path MTU discovery.
        var mtu = 1500
        /// What each sender's way carries, and how many bytes may wait for it; nil for any rate.
        var bottleneck: (bitsPerSecond: Int, queueBytes: Int)?

        static let perfect = Conditions()
    }

    struct Datagram {
        let at: Instant
        let order: Int
        let from: SocketAddress
        let to: SocketAddress
        let bytes: [UInt8]
    }

    var conditions: Conditions
    /// Which datagrams never arrive, beside those that chance takes: by the count of those sent.
    var isLost: (Int, SocketAddress, [UInt8]) -> Bool = { _, _, _ in false }
    private(set) var nats: [VirtualNAT] = []
    private(set) var sent = 0
    private(set) var tooLong = 0
    /// Datagrams that found the queue of a bottleneck full.
    private(set) var overflowed = 0
    /// When what each sender has put into its bottleneck has passed it.
    private var passed: [(from: SocketAddress, at: Instant)] = []
    private var queue: [Datagram] = []
    private var random: SeededRandom

    init(_ conditions: Conditions, seed: UInt64) {
        self.conditions = conditions
        random = SeededRandom(seed: seed)
    }

    mutating func add(_ nat: VirtualNAT) { nats.append(nat) }

    mutating func rebind(nat index: Int) { nats[index].rebind() }

    var next: Instant? { queue.first?.at }
    var inFlight: Int { queue.count }

    mutating func send(
        _ bytes: [UInt8], from: SocketAddress, to: SocketAddress, now: Instant
    ) {
        sent += 1
        var source = from
        if let index = nats.firstIndex(where: { $0.holds(from) && !$0.holds(to) }) {
            source = nats[index].outside(of: from, towards: to)
        }
        if bytes.count > conditions.mtu { tooLong += 1 }
        guard bytes.count <= conditions.mtu, !isLost(sent, from, bytes),
            Int.random(in: 0..<1000, using: &random) >= conditions.lost
        else { return }
        guard let leaves = pass(bytes.count, from, now) else { return }
        let copies = Int.random(in: 0..<1000, using: &random) < conditions.duplicated ? 2 : 1
        for _ in 0..<copies {
            let delay = Int.random(in: conditions.delay, using: &random)
            let datagram = Datagram(
                at: leaves + .milliseconds(delay), order: sent, from: source, to: to, bytes: bytes)
            let place = queue.firstIndex { $0.at > datagram.at } ?? queue.count
            queue.insert(datagram, at: place)
        }
    }

    /// When a datagram is through the bottleneck; nil where its queue is full.
    private mutating func pass(_ bytes: Int, _ from: SocketAddress, _ now: Instant) -> Instant? {
        guard let (rate, limit) = conditions.bottleneck else { return now }
        let place =
            passed.firstIndex { $0.from == from }
            ?? {
                passed.append((from, now))
                return passed.count - 1
            }()
        let start = max(passed[place].at, now)
        let waiting = (start - now).wholeNanoseconds / 1000 * Int64(rate) / 8_000_000
        guard Int(waiting) + bytes <= limit else {
            overflowed += 1
            return nil
        }
        passed[place].at = start + .nanoseconds(Int64(bytes) * 8_000_000_000 / Int64(rate))
        return passed[place].at
    }

    /// The next datagram that arrives by `now`, at the address of the one it is for.
    mutating func receive(by now: Instant) -> (
        bytes: [UInt8], from: SocketAddress, to: SocketAddress
    )? {
        while let first = queue.first, first.at <= now {
            queue.removeFirst()
            // Nobody outside knows the way to an inside address.
            if nats.contains(where: { $0.holds(first.to) && !$0.holds(first.from) }) { continue }
            guard let nat = nats.first(where: { $0.publicHost == first.to.with(port: 0) }) else {
                return (first.bytes, first.from, first.to)
            }
            if let inside = nat.inside(of: first.to, from: first.from) {
                return (first.bytes, first.from, inside)
            }
        }
        return nil
    }
}

/// A NAT with endpoint-independent mapping and address-dependent filtering (RFC 4787).
struct VirtualNAT {
    let publicHost: SocketAddress
    let insideNetwork: UInt32
    private var mapped: [(inside: SocketAddress, port: UInt16)] = []
    private var allowed: [(port: UInt16, remote: SocketAddress)] = []
    private var nextPort: UInt16 = 40_000

    /// `inside` is the /24 that is hidden.
    init(publicHost: SocketAddress, inside: SocketAddress) {
        self.publicHost = publicHost.with(port: 0)
        insideNetwork = inside.ipv4 >> 8
    }

    func holds(_ address: SocketAddress) -> Bool {
        address.isIPv4 && address.ipv4 >> 8 == insideNetwork
    }

    mutating func outside(of inside: SocketAddress, towards remote: SocketAddress) -> SocketAddress
    {
        let port: UInt16
        if let known = mapped.first(where: { $0.inside == inside }) {
            port = known.port
        } else {
            port = nextPort
            nextPort += 1
            mapped.append((inside, port))
        }
        let host = remote.with(port: 0)
        if !allowed.contains(where: { $0.port == port && $0.remote == host }) {
            allowed.append((port, host))
        }
        return publicHost.with(port: port)
    }

    func inside(of outside: SocketAddress, from remote: SocketAddress) -> SocketAddress? {
        guard
            allowed.contains(where: { $0.port == outside.port && $0.remote == remote.with(port: 0) }
            )
        else { return nil }
        return mapped.first { $0.port == outside.port }?.inside
    }

    /// The router restarts: everything gets a new port, and nobody outside may come in by the old.
    mutating func rebind() {
        mapped = []
        allowed = []
    }
}

func address(_ text: String) -> SocketAddress {
    SocketAddress(text) ?? SocketAddress(ipv4: 0, port: 0)
}

import Glibc
import Network
import Primitives
import TestSupport
import Testing

@Suite struct UDPGroupTests {
    private static let loopback = SocketAddress(ipv4: 0x7F00_0001, port: 0)

    private struct Arrival: Equatable {
        let member: Int
        let bytes: [UInt8]
        let remote: SocketAddress
    }

    private static func instant() -> Instant {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    private static func collect(_ group: UDPGroup, _ count: Int) throws -> [Arrival] {
        var all: [Arrival] = []
        try eventually("\(count) datagrams arrive") {
            group.receive(now: instant()) { datagram, member, remote, _ in
                let bytes = Array(copying: datagram.span)
                all.append(Arrival(member: member, bytes: bytes, remote: remote))
            }
            return all.count >= count
        }
        return all
    }

    private static let sharings: [UDPGroup.Sharing] = [
        .none, .loopback(membersPerSocket: 2), .loopback(membersPerSocket: 64),
    ]

    @Test(arguments: sharings)
    func `each member gets what is for it, in runs and alone`(sharing: UDPGroup.Sharing) throws {
        let group = try UDPGroup(sharing, receiveBytes: 1 << 20)
        let members = try (0..<5).map { _ in try group.add(at: Self.loopback) }
        #expect(members.map(\.member) == Array(0..<5))
        #expect(Set(members.map(\.address)).count == 5)
        let sender = try UDPSocket(at: Self.loopback, bufferBytes: 1 << 20, usesSegmentation: true)
        var sent: [[UInt8]] = []
        for number in 0..<60 {
            let size = number % 6 == 5 ? 300 : 1100
            let bytes = [UInt8](repeating: UInt8(number), count: size)
            sender.send(bytes.span, to: members[number / 6 % 5].address)
            sent.append(bytes)
        }
        sender.flush()
        let arrivals = try Self.collect(group, 60)
        #expect(arrivals.count == 60 && group.counters.discarded == 0)
        for member in 0..<5 {
            let own = arrivals.filter { $0.member == member }.map(\.bytes)
            #expect(own == sent.filter { Int($0[0]) / 6 % 5 == member })
        }
        #expect(arrivals.allSatisfy { $0.remote == sender.localAddress })
        #expect(group.drops == 0)
    }

    @Test(arguments: sharings)
    func `each member sends from its own address`(sharing: UDPGroup.Sharing) throws {
        let group = try UDPGroup(sharing, receiveBytes: 0)
        let members = try (0..<5).map { _ in try group.add(at: Self.loopback) }
        let receiver = try UDPSocket(
            at: Self.loopback, bufferBytes: 1 << 20, usesSegmentation: false)
        for number in 0..<200 {
            let bytes = [UInt8(number)]
            group.send(bytes.span, from: number % 5, to: receiver.localAddress)
        }
        group.flush()
        var found: [(UInt8, SocketAddress)] = []
        try eventually("all arrive") {
            receiver.receive { datagram, remote in found.append((datagram[0], remote)) }
            return found.count == 200
        }
        #expect(found.allSatisfy { members[Int($0.0) % 5].address == $0.1 })
        #expect(group.counters.sent == 200 && group.counters.dropped == 0)
    }

    @Test func `the kernel says when a datagram came, however late it is read`() throws {
        let group = try UDPGroup(.none, receiveBytes: 0)
        let member = try group.add(at: Self.loopback)
        let sender = try UDPSocket(
            at: Self.loopback, bufferBytes: 1 << 16, usesSegmentation: false)
        let before = Self.instant()
        sender.send([1].span, to: member.address)
        sender.flush()
        let after = Self.instant()
        try eventually("50 ms have passed") { Self.instant() - after > .milliseconds(50) }
        var at: [Instant] = []
        try eventually("it arrives") {
            group.receive(now: Self.instant()) { _, _, _, instant in at.append(instant) }
            return !at.isEmpty
        }
        #expect(at[0] >= before + .milliseconds(-2) && at[0] <= after + .milliseconds(2))
    }

    @Test func `what finds no room is told, and what is not ours is not taken`() throws {
        let group = try UDPGroup(.loopback(membersPerSocket: 4), receiveBytes: 4096)
        let member = try group.add(at: Self.loopback)
        let sender = try UDPSocket(
            at: Self.loopback, bufferBytes: 1 << 20, usesSegmentation: false)
        let bytes = [UInt8](repeating: 1, count: 1200)
        // The socket's port at an address that nobody has.
        sender.send(bytes.span, to: Self.loopback.with(port: member.address.port))
        sender.flush()
        try eventually("it is passed over") {
            group.receive(now: Self.instant()) { _, _, _, _ in }
            return group.counters.discarded == 1
        }
        for _ in 0..<200 { sender.send(bytes.span, to: member.address) }
        sender.flush()
        #expect(group.drops > 0)
    }
}

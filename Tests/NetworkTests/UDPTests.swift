import Network
import Primitives
import TestSupport
import Testing

@Suite struct UDPTests {
    private static let loopback = SocketAddress(ipv4: 0x7F00_0001, port: 0)

    private static func socket(
        at address: SocketAddress = loopback, usesSegmentation: Bool = true
    ) throws -> UDPSocket {
        try UDPSocket(at: address, bufferBytes: 1 << 20, usesSegmentation: usesSegmentation)
    }

    private static func collect(_ socket: UDPSocket, _ count: Int) throws -> [[UInt8]] {
        var all: [[UInt8]] = []
        try eventually("\(count) datagrams arrive") {
            socket.receive { bytes, _ in
                var copy: [UInt8] = []
                for index in 0..<bytes.count { copy.append(bytes[index]) }
                all.append(copy)
            }
            return all.count >= count
        }
        return all
    }

    private static func datagrams(_ count: Int, _ size: (Int) -> Int) -> [[UInt8]] {
        (0..<count).map { number in
            [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: size(number))
        }
    }

    @Test func `datagrams arrive as they were sent, in runs and alone`() throws {
        let shapes: [(String, (Int) -> Int)] = [
            ("equal", { _ in 1200 }), ("each other", { $0 % 2 == 0 ? 1200 : 100 }),
            ("falling", { 1300 - $0 }), ("rising", { 100 + $0 }),
            ("last shorter", { $0 % 8 == 7 ? 300 : 1200 }),
        ]
        for usesSegmentation in [true, false] {
            for (name, size) in shapes {
                let receiver = try Self.socket()
                let sender = try Self.socket(usesSegmentation: usesSegmentation)
                let sent = Self.datagrams(200, size)
                for datagram in sent { sender.send(datagram.span, to: receiver.localAddress) }
                sender.flush()
                #expect(try Self.collect(receiver, 200) == sent, "\(name)")
                #expect(sender.counters.sent == 200)
                #expect(sender.counters.sentBytes == sent.reduce(0) { $0 + $1.count })
                #expect(sender.counters.failed == 0 && sender.counters.dropped == 0)
                if name == "equal" {
                    #expect(sender.counters.sentRuns > 0 || !sender.usesSegmentation)
                }
            }
        }
    }

    @Test func `runs go to the address they are for`() throws {
        let receivers = try (0..<3).map { _ in try Self.socket() }
        let sender = try Self.socket()
        for number in 0..<90 {
            let bytes = [UInt8](repeating: UInt8(number), count: 500)
            sender.send(bytes.span, to: receivers[number / 10 % 3].localAddress)
        }
        sender.flush()
        for (index, receiver) in receivers.enumerated() {
            let firsts = try Self.collect(receiver, 30).map { Int($0[0]) }
            #expect(firsts == (0..<90).filter { $0 / 10 % 3 == index })
        }
    }

    @Test func `IPv6 sockets take IPv4 too, and say who sent`() throws {
        let receiver = try Self.socket(at: SocketAddress(high: 0, low: 0, port: 0))
        let sender = try Self.socket()
        let port = receiver.localAddress.port
        sender.send([1, 2, 3].span, to: SocketAddress(ipv4: 0x7F00_0001, port: port))
        sender.flush()
        var senders: [SocketAddress] = []
        try eventually("one arrives") {
            receiver.receive { _, address in senders.append(address) }
            return !senders.isEmpty
        }
        #expect(senders == [sender.localAddress])
        let other = try Self.socket(at: SocketAddress(high: 0, low: 1, port: 0))
        receiver.send([9].span, to: other.localAddress)
        receiver.flush()
        #expect(try Self.collect(other, 1) == [[9]])
    }

    @Test func `what is too long for a place is discarded and counted`() throws {
        let receiver = try Self.socket()
        let sender = try Self.socket()
        let long = [UInt8](repeating: 1, count: UDPSocket.placeBytes + 1)
        sender.send(long.span, to: receiver.localAddress)
        sender.send([2].span, to: receiver.localAddress)
        sender.flush()
        #expect(try Self.collect(receiver, 1) == [[2]])
        #expect(receiver.counters.discarded == 1)
    }

    @Test func `what cannot be sent is counted and harms no other`() throws {
        let receiver = try Self.socket()
        let sender = try Self.socket()
        sender.send([1].span, to: SocketAddress(high: 0, low: 1, port: 9))
        sender.send([2].span, to: SocketAddress(ipv4: 0x7F00_0001, port: 0))
        sender.send([UInt8](repeating: 0, count: 65_001).span, to: receiver.localAddress)
        sender.send([3].span, to: receiver.localAddress)
        sender.flush()
        #expect(try Self.collect(receiver, 1) == [[3]])
        #expect(sender.counters.failed == 3)
    }

    @Test func `more than one batch and one arena is sent on the way`() throws {
        let receiver = try Self.socket()
        let sender = try Self.socket(usesSegmentation: false)
        var received = 0
        for number in 0..<2000 {
            sender.send(
                [UInt8](repeating: UInt8(number & 255), count: 1000).span, to: receiver.localAddress
            )
            if number % 50 == 0 { received += receiver.receive { _, _ in } }
        }
        sender.flush()
        try eventually("the rest arrives") {
            received += receiver.receive { _, _ in }
            return received + sender.counters.dropped == 2000
        }
    }

    @Test func `the loop calls when datagrams wait`() throws {
        try withLoop { loop in
            let count = Shared(0)
            let address = loop.perform { () -> SocketAddress? in
                guard let socket = try? Self.socket() else { return nil }
                let watch = try? socket.watch(on: loop) {
                    let more = socket.receive { _, _ in }
                    count.change { $0 += more }
                }
                return watch == nil ? nil : socket.localAddress
            }
            let target = try #require(address ?? nil)
            let sender = try Self.socket()
            for _ in 0..<100 { sender.send([1].span, to: target) }
            sender.flush()
            try eventually("all came") { count.value == 100 }
        }
    }
}

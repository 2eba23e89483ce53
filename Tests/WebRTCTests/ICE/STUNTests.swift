import Primitives
import Testing

@testable import WebRTC

/// Spans cannot cross the macros of the tests; arrays can.
extension STUNMessage {
    init(_ bytes: [UInt8]) throws(STUNProblem) { try self.init(parsing: bytes.span) }

    func hasIntegrity(_ bytes: [UInt8], key: [UInt8]) -> Bool {
        hasIntegrity(bytes.span, key: key.span)
    }
}

/// The vectors of RFC 5769, and what must not get through.
@Suite struct STUNTests {
    private static let password = Array("VOkJxbRl1RmTxUk/WvJxBt".utf8)
    private static let transaction = STUNMessage.TransactionID(
        high: 0xb7e7_a701, low: 0xbc34_d686_fa87_dfae)

    static let request = hex(
        """
        00010058 2112a442 b7e7a701 bc34d686 fa87dfae
        80220010 5354554e 20746573 7420636c 69656e74
        00240004 6e0001ff 80290008 932ff9b1 51263b36
        00060009 6576746a 3a683676 59202020
        00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2
        80280004 e57a3bcf
        """)
    static let responseIPv4 = hex(
        """
        0101003c 2112a442 b7e7a701 bc34d686 fa87dfae
        8022000b 74657374 20766563 746f7220
        00200008 0001a147 e112a643
        00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7
        80280004 c07d4c96
        """)
    static let responseIPv6 = hex(
        """
        01010048 2112a442 b7e7a701 bc34d686 fa87dfae
        8022000b 74657374 20766563 746f7220
        00200014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9
        00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41
        80280004 c8fb0b4c
        """)
    static let longTerm = hex(
        """
        00010060 2112a442 78ad3433 c6ad72c0 29da412e
        00060012 e3839ee3 8388e383 aae38383 e382af e382b9 0000
        0015001c 662f2f34 39396b39 35346436 4f4c3334 6f4c3946 53547679 3634734 1
        0014000b 6578616d 706c652e 6f726700
        00080014 f67024656dd64a3e02b8e0712e85c9a28ca89666
        """)

    @Test func `RFC 5769 2.1: the request`() throws {
        let message = try STUNMessage(Self.request)
        #expect(message.messageClass == .request && message.method == .binding)
        #expect(message.transaction == Self.transaction)
        #expect(message.username == "evtj:h6vY")
        #expect(message.priority == 0x6e00_01ff)
        #expect(message.role == .controlled(tieBreaker: 0x932f_f9b1_5126_3b36))
        #expect(message.hasIntegrity(Self.request, key: Self.password))
        #expect(!message.hasIntegrity(Self.request, key: [1, 2, 3]))
    }

    @Test func `RFC 5769 2.2: the response with an IPv4 address`() throws {
        let message = try STUNMessage(Self.responseIPv4)
        #expect(message.mappedAddress == SocketAddress(ipv4: 0xC000_0201, port: 32853))
        #expect(message.hasIntegrity(Self.responseIPv4, key: Self.password))
    }

    @Test func `RFC 5769 2.3: the response with an IPv6 address`() throws {
        let message = try STUNMessage(Self.responseIPv6)
        let address = SocketAddress(
            high: 0x2001_0db8_1234_5678, low: 0x0011_2233_4455_6677, port: 32853)
        #expect(message.mappedAddress == address)
        #expect(message.hasIntegrity(Self.responseIPv6, key: Self.password))
    }

    @Test func `RFC 5769 2.4: the request with long-term credentials`() throws {
        let message = try STUNMessage(Self.longTerm)
        #expect(message.realm == "example.org")
        #expect(message.nonce == "f//499k954d6OL34oL9FSTvy64sA")
        let username = try #require(message.username)
        let key = MD5.hash(Array("\(username):example.org:TheMatrIX".utf8).span)
        #expect(message.hasIntegrity(Self.longTerm, key: key))
    }

    @Test func `what is written parses to the same`() throws {
        var random = SeededRandom(seed: 7)
        for round in 0..<500 {
            var message = STUNMessage(
                [.request, .indication, .success, .failure][round % 4],
                [.binding, .allocate, .refresh, .send, .data, .createPermission, .channelBind][
                    round % 7], .init(using: &random))
            if Bool.random(using: &random) { message.username = "u:\(round)" }
            if Bool.random(using: &random) { message.nonce = "n\(round)" }
            if Bool.random(using: &random) { message.realm = "r" }
            if Bool.random(using: &random) { message.errorCode = .init(300 + round % 400, "why") }
            if Bool.random(using: &random) {
                message.priority = .random(in: 0...(.max), using: &random)
            }
            if Bool.random(using: &random) {
                message.role = .controlling(tieBreaker: random.next())
            }
            message.nominates = .random(using: &random)
            if Bool.random(using: &random) { message.lifetimeSeconds = 600 }
            if Bool.random(using: &random) { message.channel = 0x4001 }
            message.wantsIPv6 = .random(using: &random)
            message.wantsUDPTransport = .random(using: &random)
            for path: WritableKeyPath<STUNMessage, SocketAddress?> in [
                \.mappedAddress, \.peerAddress, \.relayedAddress,
            ] where Bool.random(using: &random) {
                message[keyPath: path] =
                    Bool.random(using: &random)
                    ? SocketAddress(ipv4: 0x0A00_0001, port: 9)
                    : SocketAddress(high: random.next(), low: random.next(), port: 1)
            }
            if Bool.random(using: &random) { message.data = Array(repeating: 7, count: round % 99) }
            let key = Bool.random(using: &random) ? Self.password : nil
            let bytes = message.bytes(key: key)
            var parsed = try STUNMessage(bytes)
            #expect(parsed.hasIntegrity(bytes, key: Self.password) == (key != nil))
            parsed.integrityStart = nil
            parsed.data = parsed.dataRange.map { Array(bytes[$0]) }
            parsed.dataRange = nil
            #expect(parsed == message)
        }
    }

    @Test func `every flipped bit of a message with integrity and fingerprint is seen`() {
        for index in Self.request.indices {
            for bit in 0..<8 {
                var damaged = Self.request
                damaged[index] ^= 1 << bit
                let parsed = try? STUNMessage(damaged)
                #expect(parsed == nil || index >= Self.request.count - 8, "\(index).\(bit)")
            }
        }
    }

    @Test func `a message cut anywhere is refused`() {
        for end in 0..<Self.request.count {
            let cut = Array(Self.request[..<end])
            #expect(throws: STUNProblem.self) { try STUNMessage(cut) }
        }
    }

    @Test func `attributes that must be understood and are not are named`() throws {
        var bytes = STUNMessage(.request, .binding, Self.transaction).bytes(
            key: nil, hasFingerprint: false)
        bytes += [0x7F, 0x01, 0, 0, 0xFF, 0x02, 0, 0]
        bytes[3] = 8
        #expect(try STUNMessage(bytes).unknownAttributes == [0x7F01])
    }
}

import Primitives
import Testing

@testable import WebRTC

/// The macros of the tests call nothing that mutates; a reference may be called.
private final class Lookup {
    private(set) var directory: PeerDirectory<Int>

    init(maximumPeers: Int) { directory = PeerDirectory(maximumPeers: maximumPeers) }

    func add(_ peer: Int, ufrag: String) -> Bool { directory.add(peer, ufrag: ufrag) }
    func learn(_ address: SocketAddress, for peer: Int) { directory.learn(address, for: peer) }
    func remove(_ peer: Int) { directory.remove(peer) }
    func peer(for bytes: [UInt8], from address: SocketAddress) -> Int? {
        directory.peer(for: bytes.span, from: address)
    }
}

@Suite struct PeerDirectoryTests {
    private func request(_ username: String?) -> [UInt8] {
        var random = SeededRandom(seed: 1)
        var message = STUNMessage(.request, .binding, .init(using: &random))
        message.username = username
        message.priority = 1
        return message.bytes(key: [1])
    }

    private func address(_ number: UInt32) -> SocketAddress {
        SocketAddress(ipv4: 0x0A00_0000 | number, port: 4000)
    }

    @Test func `a request is its ufrag's, and everything else its address's`() {
        let directory = Lookup(maximumPeers: 2)
        #expect(directory.add(1, ufrag: "one"))
        #expect(directory.add(2, ufrag: "two"))
        let (toTwo, rtp) = (request("two:x"), [UInt8](repeating: 0x80, count: 20))
        #expect(directory.peer(for: toTwo, from: address(1)) == 2)
        // Naming a ufrag is not enough: only the host knows when a request was authenticated.
        #expect(directory.peer(for: rtp, from: address(1)) == nil)
        directory.learn(address(1), for: 2)
        #expect(directory.peer(for: rtp, from: address(1)) == 2)
        #expect(directory.peer(for: request("three:x"), from: address(1)) == nil)
        #expect(directory.directory.unknownUfrags == 1)
    }

    @Test func `an address goes to who proved it last`() {
        let directory = Lookup(maximumPeers: 2)
        let rtp = [UInt8](repeating: 0x80, count: 20)
        _ = directory.add(1, ufrag: "one")
        _ = directory.add(2, ufrag: "two")
        directory.learn(address(1), for: 1)
        directory.learn(address(1), for: 2)
        #expect(directory.peer(for: rtp, from: address(1)) == 2)
        directory.remove(1)
        #expect(directory.peer(for: rtp, from: address(1)) == 2)
        directory.remove(2)
        #expect(directory.peer(for: rtp, from: address(1)) == nil)
        #expect(directory.peer(for: request("two:x"), from: address(1)) == nil)
    }

    @Test func `tables are bounded`() {
        let directory = Lookup(maximumPeers: 3)
        for peer in 0..<3 { #expect(directory.add(peer, ufrag: "u\(peer)")) }
        #expect(!directory.add(3, ufrag: "u3"))
        #expect(!directory.add(1, ufrag: "u2"))
        // A restart: the last two are answered.
        #expect(directory.add(0, ufrag: "second") && directory.add(0, ufrag: "third"))
        #expect(directory.peer(for: request("u0:x"), from: address(9)) == nil)
        #expect(directory.peer(for: request("second:x"), from: address(9)) == 0)
        for number in 0..<100 { directory.learn(address(UInt32(number)), for: 1) }
        let rtp = [UInt8](repeating: 0x80, count: 20)
        let known = (0..<100).count {
            directory.peer(for: rtp, from: address(UInt32($0))) == 1
        }
        #expect(known == PeerDirectory<Int>.maximumAddresses)
    }

    @Test func `what is no request has no ufrag`() {
        for bytes: [UInt8] in [
            request(nil), request("nocolon"), [], [0, 1], Array(request("a:b").dropLast(50)),
        ] {
            let ufrag = STUNMessage.requestedUfrag(bytes.span)
            #expect(ufrag == nil)
        }
    }
}

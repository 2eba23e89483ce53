package import Primitives

/// Finds whose a datagram is, where many peers share one socket: a relay serves every viewer on one
/// port.
///
/// A request names its peer by ufrag. Everything else comes from an address from which a request of
/// that peer has been authenticated before, so that nobody can take an address he merely claims.
package struct PeerDirectory<PeerID: Hashable & Sendable>: Sendable {
    package let maximumPeers: Int
    /// Addresses of one peer: its networks and the ports its NATs have given it.
    package static var maximumAddresses: Int { 16 }

    package private(set) var unknownUfrags = 0
    package private(set) var unknownAddresses = 0
    private var byUfrag: [String: PeerID] = [:]
    private var byAddress: [SocketAddress: PeerID] = [:]
    private var ufrags: [PeerID: [String]] = [:]
    private var addresses: [PeerID: [SocketAddress]] = [:]

    package init(maximumPeers: Int) {
        self.maximumPeers = maximumPeers
        byAddress.reserveCapacity(maximumPeers * 2)
    }

    package var count: Int { ufrags.count }

    /// False when the table is full, or the ufrag is another's. A restart adds a second ufrag.
    package mutating func add(_ peer: PeerID, ufrag: String) -> Bool {
        guard byUfrag[ufrag] == nil || byUfrag[ufrag] == peer else { return false }
        guard ufrags[peer] != nil || ufrags.count < maximumPeers else { return false }
        byUfrag[ufrag] = peer
        ufrags[peer, default: []].append(ufrag)
        // The one before the last is still answered; older ones are forgotten.
        if let known = ufrags[peer], known.count > 2 {
            byUfrag[known[0]] = nil
            ufrags[peer]?.removeFirst()
        }
        return true
    }

    /// A request from `address` has proved to be this peer's.
    package mutating func learn(_ address: SocketAddress, for peer: PeerID) {
        guard ufrags[peer] != nil, byAddress[address] != peer else { return }
        if let former = byAddress[address] { addresses[former]?.removeAll { $0 == address } }
        byAddress[address] = peer
        addresses[peer, default: []].append(address)
        if let known = addresses[peer], known.count > Self.maximumAddresses {
            byAddress[known[0]] = nil
            addresses[peer]?.removeFirst()
        }
    }

    package mutating func remove(_ peer: PeerID) {
        for ufrag in ufrags.removeValue(forKey: peer) ?? [] { byUfrag[ufrag] = nil }
        for address in addresses.removeValue(forKey: peer) ?? [] { byAddress[address] = nil }
    }

    /// Whose this datagram is; nil, and counted, when nobody's.
    package mutating func peer(
        for datagram: Span<UInt8>, from address: SocketAddress
    ) -> PeerID? {
        if let ufrag = STUNMessage.requestedUfrag(datagram) {
            if let peer = byUfrag[ufrag] { return peer }
            unknownUfrags += 1
            return nil
        }
        if let peer = byAddress[address] { return peer }
        unknownAddresses += 1
        return nil
    }
}

extension STUNMessage {
    /// The ufrag of the one who is asked, in a binding request; nil in everything else.
    ///
    /// Reads no more than it must: of what strangers send, most ends here.
    static func requestedUfrag(_ bytes: Span<UInt8>) -> String? {
        guard isSTUN(bytes), bytes[0] == 0, bytes[1] == 1 else { return nil }
        var reader = ByteReader(bytes)
        do throws(Truncated) {
            try reader.skip(headerLength)
            while true {
                let type = try reader.read(UInt16.self)
                let length = Int(try reader.read(UInt16.self))
                let value = try reader.read(count: length)
                if type == Attribute.username {
                    var end = 0
                    while end < value.count, value[end] != UInt8(ascii: ":") { end += 1 }
                    guard end < value.count, end <= 256 else { return nil }
                    return String(validating: value.extracting(0..<end))
                }
                try reader.skip((4 - length % 4) % 4)
            }
        } catch {
            return nil
        }
    }
}

package import Primitives

/// One of the sockets that the host of a peer has opened for it, by the number the host gave it.
package struct SocketID: Sendable, Hashable {
    package let number: Int

    package init(_ number: Int) {
        self.number = number
    }
}

/// The way of a datagram: through a socket of ours to a remote address, perhaps by a relay.
package struct Route: Sendable, Hashable {
    package let socket: SocketID
    package let remote: SocketAddress
    /// The place of the relay in the agent's list, when the datagram goes through one.
    package let relay: Int?

    package init(socket: SocketID, remote: SocketAddress, relay: Int? = nil) {
        self.socket = socket
        self.remote = remote
        self.relay = relay
    }
}

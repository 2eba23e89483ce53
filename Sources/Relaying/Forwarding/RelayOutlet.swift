import Network
import Primitives

/// Where a relay's datagrams go: the socket, or a list that a test looks at.
final class RelayOutlet {
    private let socket: UDPSocket?
    private(set) var kept: [(bytes: [UInt8], address: SocketAddress)] = []
    private var scratch: [UInt8] = []

    init(_ socket: UDPSocket) {
        self.socket = socket
    }

    /// Keeps what is sent.
    init() {
        socket = nil
        scratch = [UInt8](repeating: 0, count: 2048)
    }

    @inline(__always)
    func send(
        to address: SocketAddress, maximumBytes: Int,
        _ fill: (inout MutableSpan<UInt8>) -> Int
    ) {
        if let socket {
            return socket.send(to: address, maximumBytes: maximumBytes, fill)
        }
        guard maximumBytes <= scratch.count else { return }
        var all = scratch.mutableSpan
        var place = all._mutatingExtracting(0..<maximumBytes)
        let length = fill(&place)
        if length > 0 { kept.append((Array(scratch[..<length]), address)) }
    }

    func send(_ bytes: Span<UInt8>, to address: SocketAddress) {
        if let socket { return socket.send(bytes, to: address) }
        kept.append((Array(copying: bytes), address))
    }

    func flush() { socket?.flush() }

    func takeKept() -> [(bytes: [UInt8], address: SocketAddress)] {
        var taken: [(bytes: [UInt8], address: SocketAddress)] = []
        swap(&taken, &kept)
        return taken
    }
}

import Glibc

/// A server of TCP on loopback that takes connections and never says anything.
package final class SilentServer {
    package let port: UInt16
    private let socket: Int32

    package init() throws {
        (socket, port) = try LoopbackPorts.listen()
    }

    deinit { close(socket) }
}

/// Ports of TCP on loopback, for programs that have to be told theirs.
package enum LoopbackPorts {
    /// A port that nobody has just now; another may take it before it is used.
    package static func free() throws -> UInt16 { try SilentServer().port }

    /// A socket that takes connections, and its port.
    static func listen() throws -> (socket: Int32, port: UInt16) {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in(loopback: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &name) { name in
            unsafe name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                unsafe bind(socket, name, size) == 0 && Glibc.listen(socket, 8) == 0
                    && getsockname(socket, name, &size) == 0
            }
        }
        guard isBound else {
            close(socket)
            throw ProcessFailure(words: "no port is free")
        }
        return (socket, UInt16(bigEndian: name.sin_port))
    }

    package static func isListening(_ port: UInt16) -> Bool {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var name = sockaddr_in(loopback: port)
        return unsafe withUnsafePointer(to: &name) { name in
            unsafe name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                unsafe connect(socket, name, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

extension sockaddr_in {
    fileprivate init(loopback port: UInt16) {
        self.init()
        sin_family = sa_family_t(AF_INET)
        sin_port = port.bigEndian
        sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    }
}

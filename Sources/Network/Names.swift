internal import CShims
package import Primitives

/// The host's own addresses, and those of others by name.
package enum Names {
    package static let maximumAddresses = 64

    /// The addresses of the interfaces that are up, with port 0, in the system's order.
    package static func interfaceAddresses() throws(NetworkError) -> [SocketAddress] {
        var found = [lc_address](repeating: lc_address(), count: maximumAddresses)
        let count = try unsafe check(
            lc_interface_addresses(&found, Int32(maximumAddresses)), .interfaces)
        return found[..<Int(count)].map { SocketAddress($0) }
    }

    /// The addresses of a name, in the resolver's order.
    ///
    /// Blocks, for seconds where a server is slow: never on a loop that has other work.
    package static func resolve(
        _ name: String, port: UInt16
    ) throws(NetworkError) -> [SocketAddress] {
        if let address = SocketAddress(host: name, port: port) { return [address] }
        var found = [lc_address](repeating: lc_address(), count: maximumAddresses)
        let count = unsafe lc_resolve(name, port, &found, Int32(maximumAddresses))
        guard count >= 0 else { throw .unresolved(code: -count) }
        return found[..<Int(count)].map { SocketAddress($0) }
    }

    /// Resolves on a thread of its own, and calls back on the loop.
    package static func resolve(
        _ name: String, port: UInt16, on loop: EventLoop,
        _ completion: @escaping @Sendable (Result<[SocketAddress], NetworkError>) -> Void
    ) throws(NetworkError) {
        let start = ThreadStart {
            let result: Result<[SocketAddress], NetworkError>
            do throws(NetworkError) {
                result = .success(try resolve(name, port: port))
            } catch {
                result = .failure(error)
            }
            loop.submit { completion(result) }
        }
        try start.go(isDetached: true)
    }
}

package import Primitives

/// Which of the host's own addresses another side may be told of.
package enum HostAddresses {
    /// The addresses to open sockets at, the likeliest first.
    ///
    /// Loopback is used when there is nothing else, or when the endpoint is on it. Addresses that
    /// count on one link only cannot be told without naming the link, and are left out.
    package static func usable(
        _ all: [SocketAddress], endpoint: String?, limit: Int
    ) -> [SocketAddress] {
        var own: [SocketAddress] = []
        var loopback: [SocketAddress] = []
        for address in all.map({ $0.with(port: 0) }) where !address.isUnspecified {
            if address.isLoopback {
                if !loopback.contains(address) { loopback.append(address) }
            } else if !address.isLinkLocal, !own.contains(address) {
                own.append(address)
            }
        }
        let isLocal = endpoint.map(isLoopback) ?? false
        let chosen = isLocal ? loopback + own : own.isEmpty ? loopback : own
        return Array(chosen.prefix(limit))
    }

    static func isLoopback(_ host: String) -> Bool {
        if let address = SocketAddress(host: host, port: 0) { return address.isLoopback }
        let name = host.lowercased()
        // RFC 6761 6.3.
        return name == "localhost" || name.hasSuffix(".localhost")
    }
}

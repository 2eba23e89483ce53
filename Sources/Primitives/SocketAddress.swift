/// An IPv4 or IPv6 address and a port.
///
/// Held as IPv6 throughout, IPv4 in its mapped form (RFC 4291 2.5.5.2), so that comparing and
/// hashing is two words and a number, and no address is ever on the heap.
package struct SocketAddress: Sendable, Hashable {
    /// The sixteen bytes of the address in network byte order, as two numbers.
    package let high: UInt64
    package let low: UInt64
    package let port: UInt16

    private static let mappedPrefix: UInt64 = 0xFFFF_0000_0000

    package init(high: UInt64, low: UInt64, port: UInt16) {
        self.high = high
        self.low = low
        self.port = port
    }

    package init(ipv4 address: UInt32, port: UInt16) {
        self.init(high: 0, low: Self.mappedPrefix | UInt64(address), port: port)
    }

    package var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// The four bytes of an IPv4 address; meaningless for another.
    package var ipv4: UInt32 { UInt32(truncatingIfNeeded: low) }

    package var isLoopback: Bool {
        isIPv4 ? ipv4 >> 24 == 127 : high == 0 && low == 1
    }

    /// fe80::/10 and 169.254.0.0/16.
    package var isLinkLocal: Bool {
        isIPv4 ? ipv4 >> 16 == 0xA9FE : high >> 54 == 0x3FA
    }

    /// 0.0.0.0 and ::, which stand for every address of a host.
    package var isUnspecified: Bool { isIPv4 ? ipv4 == 0 : high == 0 && low == 0 }

    package func with(port: UInt16) -> SocketAddress {
        SocketAddress(high: high, low: low, port: port)
    }
}

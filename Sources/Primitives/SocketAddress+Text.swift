extension SocketAddress {
    /// The address in a text without a port: `192.0.2.1` or `2001:db8::1`; nil where it is neither.
    package init?(host text: some StringProtocol, port: UInt16) {
        if let ipv4 = Self.ipv4(text.utf8) {
            self.init(ipv4: ipv4, port: port)
        } else if let (high, low) = Self.ipv6(text.utf8) {
            self.init(high: high, low: low, port: port)
        } else {
            return nil
        }
    }

    /// `192.0.2.1:80` or `[2001:db8::1]:80`.
    package init?(_ text: some StringProtocol) {
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else { return nil }
        var host = text[..<colon]
        if host.first == "[", host.last == "]" {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        self.init(host: host, port: port)
    }

    /// The address without its port.
    package var host: String {
        if isIPv4 {
            return (0..<4).map { String(ipv4 >> (24 - 8 * $0) & 0xFF) }.joined(separator: ".")
        }
        let groups = (0..<8).map { index in
            UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - 16 * (index % 4)))
        }
        let gap = Self.longestGap(groups)
        let texts = groups.map { String($0, radix: 16) }
        guard gap.count > 1 else { return texts.joined(separator: ":") }
        return texts[..<gap.lowerBound].joined(separator: ":") + "::"
            + texts[gap.upperBound...].joined(separator: ":")
    }

    /// The first of the longest runs of zero groups, which RFC 5952 writes as two colons.
    private static func longestGap(_ groups: [UInt16]) -> Range<Int> {
        var best = 0..<0
        var start = 0
        for (index, group) in groups.enumerated() {
            if group != 0 { start = index + 1 }
            if index + 1 - start > best.count { best = start..<index + 1 }
        }
        return best
    }

    private static func ipv4(_ text: some Collection<UInt8>) -> UInt32? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0"),
                part.allSatisfy(\.isASCIIDigit),
                let number = UInt8(String(decoding: part, as: UTF8.self))
            else { return nil }
            address = address << 8 | UInt32(number)
        }
        return address
    }

    private static func ipv6(_ text: some Collection<UInt8>) -> (high: UInt64, low: UInt64)? {
        guard text.count <= 45 else { return nil }
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard (3...9).contains(parts.count) else { return nil }
        var groups: [UInt16] = []
        var gap: Int?
        for (index, part) in parts.enumerated() {
            if part.isEmpty {
                // A text may begin or end with two colons; elsewhere one empty part is the gap.
                let isEdge = index == 0 || index == parts.count - 1
                if isEdge {
                    guard parts[index == 0 ? 1 : parts.count - 2].isEmpty else { return nil }
                    continue
                }
                guard gap == nil else { return nil }
                gap = groups.count
            } else if index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let tail = ipv4(part) else { return nil }
                groups += [UInt16(tail >> 16), UInt16(tail & 0xFFFF)]
            } else {
                guard part.count <= 4, part.allSatisfy({ $0.hexDigitValue != nil }),
                    let group = UInt16(String(decoding: part, as: UTF8.self), radix: 16)
                else { return nil }
                groups.append(group)
            }
        }
        guard gap == nil ? groups.count == 8 : groups.count < 8 else { return nil }
        if let gap {
            groups.insert(contentsOf: Array(repeating: 0, count: 8 - groups.count), at: gap)
        }
        return (number(groups[..<4]), number(groups[4...]))
    }

    private static func number(_ groups: ArraySlice<UInt16>) -> UInt64 {
        groups.reduce(0) { $0 << 16 | UInt64($1) }
    }
}

extension SocketAddress: CustomStringConvertible {
    package var description: String { isIPv4 ? "\(host):\(port)" : "[\(host)]:\(port)" }
}

extension SocketAddress {
    /// Reads `192.0.2.1` or `2001:db8::1`, without brackets and without a zone.
    package init?(host: some StringProtocol, port: UInt16) {
        if host.utf8.contains(UInt8(ascii: ":")) {
            guard let (high, low) = Self.ipv6(Array(host.utf8)) else { return nil }
            self.init(high: high, low: low, port: port)
        } else {
            guard let address = Self.ipv4(Array(host.utf8)[...]) else { return nil }
            self.init(ipv4: address, port: port)
        }
    }

    /// Reads `192.0.2.1:80` or `[2001:db8::1]:80`.
    package init?(_ text: String) {
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let digits = text[text.index(after: colon)...]
        let name = text[..<colon]
        let isBracketed = name.hasPrefix("[") && name.hasSuffix("]") && name.utf8.count > 2
        // Without brackets the last group would be taken for a port.
        guard isBracketed == name.utf8.contains(UInt8(ascii: ":")),
            (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy(\.isDecimalDigit),
            let port = UInt16(digits)
        else { return nil }
        self.init(host: isBracketed ? name.dropFirst().dropLast() : name, port: port)
    }

    /// The address alone: `192.0.2.1`, or IPv6 as RFC 5952 wants it.
    package var hostText: String {
        guard !isIPv4 else {
            return "\(ipv4 >> 24).\(ipv4 >> 16 & 255).\(ipv4 >> 8 & 255).\(ipv4 & 255)"
        }
        let groups = (0..<8).map { (place: Int) -> UInt64 in
            let half = place < 4 ? high : low
            return (half >> (48 - place % 4 * 16)) & 0xFFFF
        }
        let gap = Self.longestGap(groups)
        func joined(_ range: Range<Int>) -> String {
            groups[range].map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard gap.count > 1 else { return joined(0..<8) }
        return joined(0..<gap.lowerBound) + "::" + joined(gap.upperBound..<8)
    }

    /// Address and port: `192.0.2.1:80`, `[2001:db8::1]:80`.
    package var text: String { isIPv4 ? "\(hostText):\(port)" : "[\(hostText)]:\(port)" }

    private static func longestGap(_ groups: [UInt64]) -> Range<Int> {
        var longest = 0..<0
        var start = 0
        for place in 0...groups.count where place == groups.count || groups[place] != 0 {
            if place - start > longest.count { longest = start..<place }
            start = place + 1
        }
        return longest
    }

    /// Four decimal numbers without leading zeros, which some read as octal.
    private static func ipv4(_ bytes: ArraySlice<UInt8>) -> UInt32? {
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy(\.isDecimalDigit),
                part.count == 1 || part.first != UInt8(ascii: "0")
            else { return nil }
            let number = part.reduce(0) { $0 * 10 + UInt32($1 - UInt8(ascii: "0")) }
            guard number <= 255 else { return nil }
            address = address << 8 | number
        }
        return address
    }

    /// RFC 4291 2.2: eight groups; `::` once stands for one or more of zero.
    private static func ipv6(_ bytes: [UInt8]) -> (high: UInt64, low: UInt64)? {
        guard bytes.count <= 45 else { return nil }
        let colon = UInt8(ascii: ":")
        let gap = bytes.indices.dropLast().first { bytes[$0] == colon && bytes[$0 + 1] == colon }
        let numbers: [UInt64]
        if let gap {
            guard let left = groups(bytes[..<gap]), let right = groups(bytes[(gap + 2)...]),
                left.count + right.count < 8, !bytes[..<gap].contains(UInt8(ascii: "."))
            else { return nil }
            let zeros = 8 - left.count - right.count
            numbers = left + [UInt64](repeating: 0, count: zeros) + right
        } else {
            guard let all = groups(bytes[...]), all.count == 8 else { return nil }
            numbers = all
        }
        func joined(_ range: Range<Int>) -> UInt64 {
            numbers[range].reduce(0) { $0 << 16 | $1 }
        }
        return (joined(0..<4), joined(4..<8))
    }

    private static func groups(_ bytes: ArraySlice<UInt8>) -> [UInt64]? {
        guard !bytes.isEmpty else { return [] }
        var numbers: [UInt64] = []
        let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        for (place, part) in parts.enumerated() {
            if place == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let address = ipv4(part) else { return nil }
                numbers += [UInt64(address >> 16), UInt64(address & 0xFFFF)]
                continue
            }
            guard (1...4).contains(part.count), part.allSatisfy(\.isHexDigit),
                let number = UInt64(String(decoding: part, as: UTF8.self), radix: 16)
            else { return nil }
            numbers.append(number)
        }
        return numbers
    }
}

extension UInt8 {
    fileprivate var isDecimalDigit: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }

    fileprivate var isHexDigit: Bool {
        isDecimalDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20)
    }
}

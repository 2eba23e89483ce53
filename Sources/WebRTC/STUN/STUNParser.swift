import Primitives

extension STUNMessage {
    /// Whether the first bytes are those of STUN: two zero bits and the cookie.
    package static func isSTUN(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count >= headerLength, bytes[0] & 0xC0 == 0 else { return false }
        return bytes[4] == 0x21 && bytes[5] == 0x12 && bytes[6] == 0xA4 && bytes[7] == 0x42
    }

    /// Parses a whole message; a fingerprint, where there is one, must be right.
    package init(parsing bytes: Span<UInt8>) throws(STUNProblem) {
        guard Self.isSTUN(bytes) else { throw .notSTUN }
        guard bytes.count <= Self.maximumLength else { throw .tooLong }
        var reader = ByteReader(bytes)
        do {
            let type = try reader.read(UInt16.self)
            let length = Int(try reader.read(UInt16.self))
            try reader.skip(4)
            let transaction = TransactionID(
                high: try reader.read(UInt32.self), low: try reader.read(UInt64.self))
            guard length % 4 == 0, length == reader.remaining else { throw STUNProblem.truncated }
            let number = type & 0x000F | (type >> 1) & 0x0070 | (type >> 2) & 0x0F80
            let classBits = UInt8((type >> 4) & 1 | (type >> 7) & 2)
            guard let method = Method(rawValue: number), let kind = Class(rawValue: classBits)
            else { throw STUNProblem.unknownMethod }
            self.init(kind, method, transaction)
            try parseAttributes(&reader, of: bytes)
        } catch let problem as STUNProblem {
            throw problem
        } catch {
            throw .truncated
        }
    }

    private mutating func parseAttributes(
        _ reader: inout ByteReader, of bytes: Span<UInt8>
    ) throws {
        while !reader.isAtEnd {
            let start = reader.position
            let type = try reader.read(UInt16.self)
            let length = Int(try reader.read(UInt16.self))
            let value = try reader.read(count: length)
            try reader.skip(min((4 - length % 4) % 4, reader.remaining))
            if type == Attribute.fingerprint {
                guard reader.isAtEnd, length == 4,
                    try Self.number(value, type) == Self.fingerprint(bytes, upTo: start)
                else { throw STUNProblem.badFingerprint }
                continue
            }
            // What follows the integrity attribute is not covered by it and does not count.
            guard integrityStart == nil else { continue }
            if type == Attribute.data, dataRange == nil {
                dataRange = start + 4..<start + 4 + length
            }
            if type == Attribute.messageIntegrity {
                guard length == Self.integrityLength else { throw STUNProblem.badAttribute(type) }
                integrityStart = start
            } else {
                try take(type, value)
            }
        }
    }

    /// The first of several attributes of a type counts (RFC 8489 14).
    private mutating func take(_ type: UInt16, _ value: Span<UInt8>) throws {
        switch type {
        case Attribute.username: username = try username ?? Self.text(value, type)
        case Attribute.realm: realm = try realm ?? Self.text(value, type)
        case Attribute.nonce: nonce = try nonce ?? Self.text(value, type)
        case Attribute.errorCode: errorCode = try errorCode ?? Self.error(value)
        case Attribute.xorMappedAddress:
            mappedAddress = try address(value, type, isMasked: true)
        case Attribute.mappedAddress:
            mappedAddress = try mappedAddress ?? address(value, type, isMasked: false)
        case Attribute.xorPeerAddress:
            peerAddress = try peerAddress ?? address(value, type, isMasked: true)
        case Attribute.xorRelayedAddress:
            relayedAddress = try relayedAddress ?? address(value, type, isMasked: true)
        case Attribute.priority: priority = try priority ?? Self.number(value, type)
        case Attribute.useCandidate: nominates = true
        case Attribute.iceControlling:
            role = try role ?? .controlling(tieBreaker: Self.longNumber(value, type))
        case Attribute.iceControlled:
            role = try role ?? .controlled(tieBreaker: Self.longNumber(value, type))
        case Attribute.lifetime: lifetimeSeconds = try lifetimeSeconds ?? Self.number(value, type)
        case Attribute.channelNumber:
            channel = try channel ?? UInt16(truncatingIfNeeded: Self.number(value, type) >> 16)
        case Attribute.requestedAddressFamily: wantsIPv6 = try Self.number(value, type) >> 24 == 2
        case Attribute.requestedTransport:
            wantsUDPTransport = try Self.number(value, type) >> 24 == 17
        case Attribute.unknownAttributes, Attribute.data: break
        default:
            if type < 0x8000, unknownAttributes.count < 16 { unknownAttributes.append(type) }
        }
    }

    private static func number(_ value: Span<UInt8>, _ type: UInt16) throws -> UInt32 {
        guard value.count == 4 else { throw STUNProblem.badAttribute(type) }
        var reader = ByteReader(value)
        return try reader.read(UInt32.self)
    }

    private static func longNumber(_ value: Span<UInt8>, _ type: UInt16) throws -> UInt64 {
        guard value.count == 8 else { throw STUNProblem.badAttribute(type) }
        var reader = ByteReader(value)
        return try reader.read(UInt64.self)
    }

    /// RFC 8489 limits user names, realms and nonces to 763 bytes.
    private static func text(_ value: Span<UInt8>, _ type: UInt16) throws -> String {
        guard value.count <= 763, let text = String(validating: value) else {
            throw STUNProblem.badAttribute(type)
        }
        return text
    }

    private static func error(_ value: Span<UInt8>) throws -> ErrorCode {
        guard value.count >= 4, (3...6).contains(value[2] & 7), value[3] < 100 else {
            throw STUNProblem.badAttribute(Attribute.errorCode)
        }
        let reason = String(validating: value.extracting(4...)) ?? ""
        return ErrorCode(Int(value[2] & 7) * 100 + Int(value[3]), reason)
    }

    private func address(
        _ value: Span<UInt8>, _ type: UInt16, isMasked: Bool
    ) throws -> SocketAddress {
        guard value.count == 8 && value[1] == 1 || value.count == 20 && value[1] == 2 else {
            throw STUNProblem.badAttribute(type)
        }
        var reader = ByteReader(value)
        try reader.skip(2)
        let plain: SocketAddress
        let port = try reader.read(UInt16.self)
        if value[1] == 1 {
            plain = SocketAddress(ipv4: try reader.read(UInt32.self), port: port)
        } else {
            plain = SocketAddress(
                high: try reader.read(UInt64.self), low: try reader.read(UInt64.self), port: port)
        }
        return isMasked ? masked(plain, isIPv4: value[1] == 1) : plain
    }

    /// XORs with the cookie and, for IPv6, the transaction; it is its own inverse.
    func masked(_ address: SocketAddress, isIPv4: Bool) -> SocketAddress {
        let port = address.port ^ UInt16(Self.magicCookie >> 16)
        if isIPv4 { return SocketAddress(ipv4: address.ipv4 ^ Self.magicCookie, port: port) }
        return SocketAddress(
            high: address.high ^ (UInt64(Self.magicCookie) << 32 | UInt64(transaction.high)),
            low: address.low ^ transaction.low, port: port)
    }
}

import Primitives

extension STUNMessage {
    /// The message in bytes; with a key it carries its integrity.
    package func bytes(key: [UInt8]?, hasFingerprint: Bool = true) -> [UInt8] {
        var attributes = ByteWriter(reserving: 200)
        writeCredentials(&attributes)
        writeICE(&attributes)
        writeTURN(&attributes)

        var bytes = header(length: attributes.bytes.count) + attributes.bytes
        if let key {
            let code = Self.integrity(bytes.span, key: key.span)
            bytes += attributeHeader(Attribute.messageIntegrity, Self.integrityLength) + code
        }
        if hasFingerprint {
            let check = Self.fingerprint(bytes.span, upTo: bytes.count)
            bytes += attributeHeader(Attribute.fingerprint, 4)
            bytes += (0..<4).map { UInt8(truncatingIfNeeded: check >> (24 - 8 * $0)) }
        }
        let length = bytes.count - Self.headerLength
        bytes[2] = UInt8(truncatingIfNeeded: length >> 8)
        bytes[3] = UInt8(truncatingIfNeeded: length)
        return bytes
    }

    private func header(length: Int) -> [UInt8] {
        var writer = ByteWriter(reserving: Self.headerLength + length + 32)
        let number = method.rawValue
        let kind = UInt16(messageClass.rawValue)
        let low = number & 0x000F | (number & 0x0070) << 1 | (number & 0x0F80) << 2
        writer.write(low | (kind & 1) << 4 | (kind & 2) << 7)
        writer.write(UInt16(truncatingIfNeeded: length))
        writer.write(Self.magicCookie)
        writer.write(transaction.high)
        writer.write(transaction.low)
        return writer.bytes
    }

    private func attributeHeader(_ type: UInt16, _ length: Int) -> [UInt8] {
        [UInt8(type >> 8), UInt8(type & 0xFF), UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF)]
    }

    private func writeCredentials(_ writer: inout ByteWriter) {
        for (type, text) in [
            (Attribute.username, username), (Attribute.realm, realm), (Attribute.nonce, nonce),
        ] {
            if let text { writer.write(attribute: type, Array(text.utf8)) }
        }
        if let errorCode {
            let head: [UInt8] = [0, 0, UInt8(errorCode.code / 100), UInt8(errorCode.code % 100)]
            writer.write(attribute: Attribute.errorCode, head + Array(errorCode.reason.utf8))
        }
        if !unknownAttributes.isEmpty {
            let numbers = unknownAttributes.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
            writer.write(attribute: Attribute.unknownAttributes, numbers)
        }
    }

    private func writeICE(_ writer: inout ByteWriter) {
        if let mappedAddress { write(Attribute.xorMappedAddress, mappedAddress, &writer) }
        if let priority { writer.write(attribute: Attribute.priority, number: priority) }
        if nominates { writer.write(attribute: Attribute.useCandidate, []) }
        switch role {
        case .controlling(let tieBreaker):
            writer.write(attribute: Attribute.iceControlling, number: tieBreaker)
        case .controlled(let tieBreaker):
            writer.write(attribute: Attribute.iceControlled, number: tieBreaker)
        case nil: break
        }
    }

    private func writeTURN(_ writer: inout ByteWriter) {
        if let channel {
            writer.write(attribute: Attribute.channelNumber, number: UInt32(channel) << 16)
        }
        if let lifetimeSeconds {
            writer.write(attribute: Attribute.lifetime, number: lifetimeSeconds)
        }
        if let peerAddress { write(Attribute.xorPeerAddress, peerAddress, &writer) }
        if let relayedAddress { write(Attribute.xorRelayedAddress, relayedAddress, &writer) }
        if wantsIPv6 {
            writer.write(attribute: Attribute.requestedAddressFamily, number: 2 << 24 as UInt32)
        }
        if wantsUDPTransport {
            writer.write(attribute: Attribute.requestedTransport, number: 17 << 24 as UInt32)
        }
        if let data { writer.write(attribute: Attribute.data, data) }
    }

    private func write(_ type: UInt16, _ address: SocketAddress, _ writer: inout ByteWriter) {
        let hidden = masked(address, isIPv4: address.isIPv4)
        var value = ByteWriter(reserving: 20)
        value.write(UInt16(address.isIPv4 ? 1 : 2))
        value.write(hidden.port)
        if address.isIPv4 {
            value.write(hidden.ipv4)
        } else {
            value.write(hidden.high)
            value.write(hidden.low)
        }
        writer.write(attribute: type, value.bytes)
    }
}

extension ByteWriter {
    fileprivate mutating func write(attribute type: UInt16, _ value: [UInt8]) {
        write(type)
        write(UInt16(value.count))
        write(value.span)
        for _ in 0..<(4 - value.count % 4) % 4 { write(0 as UInt8) }
    }

    fileprivate mutating func write(
        attribute type: UInt16, number: some FixedWidthInteger & UnsignedInteger
    ) {
        write(type)
        write(UInt16(number.bitWidth / 8))
        write(number)
    }
}

/// One element of an extension block: its identifier and where its value lies in the packet.
package struct RTPExtensionElement: Sendable, Equatable {
    package let id: UInt8
    package let range: Range<Int>
}

/// A walk over the elements of an extension block, in both forms (RFC 8285).
package struct RTPExtensionCursor: ~Escapable {
    private let packet: Span<UInt8>
    private let end: Int
    private let form: RTPExtensionForm?
    private var position: Int
    /// Whether the walk ended before the block did; what came before still counts.
    package private(set) var isMalformed = false

    @_lifetime(copy packet)
    package init(_ packet: Span<UInt8>, _ header: RTPHeader) {
        self.packet = packet
        form = header.extensionProfile.flatMap(RTPExtensionForm.init(profile:))
        end = min(header.extensionRange.upperBound, packet.count)
        position = header.extensionRange.lowerBound
    }

    @_lifetime(self: copy self)
    package mutating func next() -> RTPExtensionElement? {
        guard let form else { return nil }
        while position < end {
            let head = packet[position]
            // Padding: a zero byte between elements.
            if head == 0 {
                position += 1
                continue
            }
            let id: UInt8
            let start: Int
            let length: Int
            switch form {
            case .oneByte:
                id = head >> 4
                // 15 is reserved, and 0 with a length is forbidden: section 4.2 ends there.
                guard id != 0, id != 15 else { return stop() }
                start = position + 1
                length = Int(head & 0x0F) + 1
            case .twoByte:
                id = head
                guard position + 1 < end else { return stop() }
                start = position + 2
                length = Int(packet[position + 1])
            }
            guard length <= end - start else { return stop() }
            position = start + length
            return RTPExtensionElement(id: id, range: start..<position)
        }
        return nil
    }

    @_lifetime(self: copy self)
    private mutating func stop() -> RTPExtensionElement? {
        position = end
        isMalformed = true
        return nil
    }
}

/// How long an element's own header is.
package enum RTPExtensionForm: Sendable, Equatable {
    case oneByte, twoByte

    package init?(profile: UInt16) {
        switch profile {
        case RTPHeader.oneByteProfile: self = .oneByte
        // The low four bits are for the application.
        case 0x1000...0x100F: self = .twoByte
        default: return nil
        }
    }

    package var profile: UInt16 {
        self == .oneByte ? RTPHeader.oneByteProfile : RTPHeader.twoByteProfile
    }
}

extension RTPHeader {
    /// Where the value of the extension `id` lies in the packet that this header was parsed from.
    package func extensionValue(_ id: UInt8, in packet: Span<UInt8>) -> Range<Int>? {
        var cursor = RTPExtensionCursor(packet, self)
        while let element = cursor.next() {
            if element.id == id { return element.range }
        }
        return nil
    }
}

/// The extension block of packets to be sent: built once, rewritten in each packet.
package struct RTPExtensionBlock: Sendable {
    package static let maximumBytes = 252

    package let form: RTPExtensionForm
    private var body = InlineArray<252, UInt8>(repeating: 0)
    private var count = 0

    package init(_ form: RTPExtensionForm) {
        self.form = form
    }

    package var isEmpty: Bool { count == 0 }

    /// With profile, length and padding to four bytes; 0 where there is no element.
    package var encodedLength: Int { isEmpty ? 0 : 4 + (count + 3) / 4 * 4 }

    /// Adds an element; false where the form cannot carry it or the block is full.
    @discardableResult
    package mutating func append(_ id: UInt8, _ value: Span<UInt8>) -> Bool {
        let head: Int
        switch form {
        case .oneByte:
            guard 1...14 ~= id, 1...16 ~= value.count else { return false }
            head = 1
        case .twoByte:
            guard id != 0, value.count <= 255 else { return false }
            head = 2
        }
        guard count + head + value.count <= Self.maximumBytes else { return false }
        switch form {
        case .oneByte:
            body[count] = id << 4 | UInt8(value.count - 1)
        case .twoByte:
            body[count] = id
            body[count + 1] = UInt8(value.count)
        }
        for place in 0..<value.count { body[count + head + place] = value[place] }
        count += head + value.count
        return true
    }

    /// Adds a text such as a mid.
    @discardableResult
    package mutating func append(_ id: UInt8, text: String) -> Bool {
        let bytes = Array(text.utf8)
        return append(id, bytes.span)
    }

    /// Adds an element of `count` zero bytes, to be rewritten in each packet.
    @discardableResult
    package mutating func append(_ id: UInt8, zeros count: Int) -> Bool {
        guard 0...16 ~= count else { return false }
        let zeros = InlineArray<16, UInt8>(repeating: 0)
        return append(id, zeros.span.extracting(0..<count))
    }

    /// The caller has checked that there is room.
    func append(to output: inout OutputSpan<UInt8>) {
        guard !isEmpty else { return }
        output.appendUInt16(form.profile)
        output.appendUInt16(UInt16((count + 3) / 4))
        output.append(body.span.extracting(0..<count))
        output.append(repeating: 0, count: (4 - count % 4) % 4)
    }
}

import Testing
import WebRTC

struct StampSEITests {
    private let stamp = StampSEI(
        number: 0x0000_0001, captured: 1_795_254_123_456_789_012, sent: 0x0000_0300_0000_0001)

    struct Form: Sendable {
        let syntax: NALSyntax
        let framing: NALFraming
        let before: [[UInt8]]
        let slices: [[UInt8]]
    }

    static let forms: [Form] = [
        Form(
            syntax: .h264, framing: .annexB,
            before: [[0x09, 0x10], [0x67, 0x42, 0xC0, 0x1F], [0x68, 0xCE], [0x06, 0x05, 0x01]],
            slices: [[0x65, 0x88, 0x84], [0x65, 0x01, 0x02]]),
        Form(
            syntax: .h264, framing: .lengthPrefixed(.four), before: [],
            slices: [[0x41, 0x9A, 0x00, 0x00, 0x03, 0x01]]),
        Form(
            syntax: .h264, framing: .lengthPrefixed(.two), before: [[0x09, 0xF0]],
            slices: [[0x41, 0x9A]]),
        Form(
            syntax: .h264, framing: .annexB, before: [[0x09, 0xF0]],
            slices: [[0x6E, 0x40], [0x41, 0x9A]]),
        Form(
            syntax: .h265, framing: .annexB,
            before: [[0x46, 0x01, 0x10], [0x40, 0x01, 0x0C], [0x42, 0x01], [0x44, 0x01, 0xC0]],
            slices: [[0x26, 0x01, 0xAF]]),
        Form(
            syntax: .h265, framing: .lengthPrefixed(.four), before: [],
            slices: [[0x02, 0x03, 0xD0, 0x10]]),
    ]

    private func frame(_ form: Form) -> [UInt8] {
        var bytes: [UInt8] = []
        for unit in form.before + form.slices {
            _ = form.framing.append(unit.span, to: &bytes)
        }
        return bytes
    }

    private func units(_ bytes: [UInt8], _ framing: NALFraming) throws -> [[UInt8]] {
        var walk = NALWalk(framing)
        var units: [[UInt8]] = []
        while let unit = try walk.next(in: bytes.span) { units.append(Array(bytes[unit])) }
        return units
    }

    @Test(arguments: forms)
    func `a stamp stands before the first slice, and is read again`(form: Form) throws {
        let plain = frame(form)
        #expect(StampSEI(of: plain.span, form.syntax, form.framing) == nil)
        var stamped: [UInt8] = []
        #expect(stamp.insert(into: plain.span, form.syntax, form.framing, to: &stamped))
        #expect(StampSEI(of: stamped.span, form.syntax, form.framing) == stamp)
        var found = try units(stamped, form.framing)
        let message = found.remove(at: form.before.count)
        #expect(found == form.before + form.slices)
        if form.syntax == .h265 {
            #expect(message.prefix(2) == [0x4E, form.slices[0][1] & 7])
        } else {
            #expect(message[0] == 0x06)
        }
        // Nothing in it looks like a start code.
        #expect(
            !message.indices.dropLast(2).contains { place in
                message[place] == 0 && message[place + 1] == 0 && message[place + 2] < 3
            })
    }

    @Test func `a frame without a slice stays as it is`() {
        let parameters: [UInt8] = [0, 0, 0, 1, 0x67, 0x42]
        for frame in [[], [1, 2, 3], parameters] as [[UInt8]] {
            var same: [UInt8] = []
            #expect(!stamp.insert(into: frame.span, .h264, .annexB, to: &same))
            #expect(same == frame)
            #expect(StampSEI(of: frame.span, .h264, .annexB) == nil)
        }
    }

    @Test func `a damaged stamp is none`() {
        let plain = frame(Self.forms[1])
        var stamped: [UInt8] = []
        stamp.insert(into: plain.span, .h264, .lengthPrefixed(.four), to: &stamped)
        for place in 4..<stamped.count - plain.count - 1 {
            for bit in 0..<8 {
                var damaged = stamped
                damaged[place] ^= 1 << UInt8(bit)
                let read = StampSEI(of: damaged.span, .h264, .lengthPrefixed(.four))
                // The header's own reference bits say nothing about it.
                #expect(read == nil || place == 4 && read == stamp)
            }
        }
        for count in stamped.indices {
            _ = StampSEI(of: stamped.span.extracting(0..<count), .h264, .lengthPrefixed(.four))
        }
    }

    @Test func `all times and numbers come through`() {
        let plain = frame(Self.forms[0])
        for value in [0, 1, 0x300, 0x1_0000_0003, -1, .max, .min] as [Int64] {
            let stamp = StampSEI(
                number: UInt32(truncatingIfNeeded: value), captured: value, sent: ~value)
            var stamped: [UInt8] = []
            stamp.insert(into: plain.span, .h264, .annexB, to: &stamped)
            #expect(StampSEI(of: stamped.span, .h264, .annexB) == stamp)
        }
    }
}

import Testing

@testable import Probing

@Suite struct `A capture file` {
    private func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> Int {
        bytes[place..<place + count].reduce(0) { $0 << 8 | Int($1) }
    }

    @Test func `packets stand behind headers that other programs read`() {
        var file = CaptureFile()
        let packet: [UInt8] = [0x80, 96] + [UInt8](repeating: 7, count: 30)
        file.add(packet.span, media: 1, nanosecondsSince1970: 1_700_000_000_123_456_789)
        let bytes = file.take()
        #expect(number(bytes, 0, 4) == 0xA1B2_3C4D)
        #expect(number(bytes, 20, 4) == 101)
        #expect(number(bytes, 24, 4) == 1_700_000_000)
        #expect(number(bytes, 28, 4) == 123_456_789)
        #expect(number(bytes, 32, 4) == 60 && number(bytes, 36, 4) == 60)
        #expect(bytes.count == 24 + 16 + 60)
        let words = stride(from: 40, to: 60, by: 2).map { number(bytes, $0, 2) }
        // With its checksum, the words of the header add up to all ones.
        #expect(words.reduce(0, +) % 0xFFFF == 0)
        #expect(words[1] == 60)
        #expect(number(bytes, 60, 2) == 5006 && number(bytes, 64, 2) == 40)
        #expect(Array(bytes[68...]) == packet)
        #expect(file.take().isEmpty)
    }

    @Test func `what waits too long to be taken is dropped, and counted`() {
        var file = CaptureFile()
        let packet = [UInt8](repeating: 1, count: 60_000)
        for _ in 0..<1200 { file.add(packet.span, media: 0, nanosecondsSince1970: -5) }
        #expect(file.dropped > 0)
        #expect(file.take().count <= CaptureFile.Limits.waiting)
    }
}

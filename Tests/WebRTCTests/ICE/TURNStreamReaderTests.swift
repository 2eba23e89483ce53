import Primitives
import Testing

@testable import WebRTC

@Suite struct TURNStreamReaderTests {
    private static func messages() -> (stream: [UInt8], expected: [[UInt8]]) {
        var stream: [UInt8] = []
        var expected: [[UInt8]] = []
        for length in 0...9 {
            let data = (0..<length).map { UInt8($0) }
            let message = [0x40, 0x01, 0, UInt8(length)] + data
            expected.append(message)
            stream += message + [UInt8](repeating: 0xEE, count: (4 - length % 4) % 4)
            var stun = STUNMessage(.indication, .data, .init(high: 1, low: UInt64(length)))
            stun.peerAddress = TURNBench.peer(1)
            stun.data = data
            expected.append(stun.bytes(key: nil))
            stream += stun.bytes(key: nil)
        }
        return (stream, expected)
    }

    private static func read(
        _ reader: inout TURNStreamReader, _ bytes: ArraySlice<UInt8>, _ found: inout [[UInt8]]
    ) -> Bool {
        reader.add(Array(bytes).span) { found.append(Array(copying: $0)) }
    }

    @Test func `messages come out whole, wherever the stream is cut`() {
        let (stream, expected) = Self.messages()
        for size in Array(1...40) + [stream.count] {
            var reader = TURNStreamReader()
            var found: [[UInt8]] = []
            for start in stride(from: 0, to: stream.count, by: size) {
                let part = stream[start..<min(stream.count, start + size)]
                #expect(Self.read(&reader, part, &found))
            }
            #expect(found == expected, "\(size)")
        }
    }

    @Test func `the longest channel data fit`() {
        var reader = TURNStreamReader()
        var found: [[UInt8]] = []
        let bytes = [0x4F, 0xFF, 0xFF, 0xFF] + [UInt8](repeating: 1, count: 65_536)
        for start in stride(from: 0, to: bytes.count, by: 1000) {
            let part = bytes[start..<min(bytes.count, start + 1000)]
            #expect(Self.read(&reader, part, &found))
        }
        #expect(found.map(\.count) == [4 + 65_535])
    }

    @Test func `what is neither STUN nor channel data is refused`() {
        let cases: [[UInt8]] = [
            [0x80, 0, 0, 0], [0xFF, 0, 0, 0], Array("HTTP/1.1 400".utf8),
            // STUN whose length is odd, or more than a relay has to say.
            [0x01, 0x13, 0, 3], [0x01, 0x13, 0xFF, 0xFC],
        ]
        for bytes in cases {
            var reader = TURNStreamReader()
            var found: [[UInt8]] = []
            let isRefused = !Self.read(&reader, bytes[...], &found)
            // The letters of HTTP begin like a channel's number: they end as data for nobody.
            #expect(isRefused || bytes[0] == 0x48)
            #expect(found.isEmpty)
        }
    }
}

@testable import Primitives
import Testing

@Suite struct WallClockTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00.000Z", 0), ("2026-11-21T04:01:51.123Z", 1_795_233_711_123),
        ("2000-02-29T23:59:59.999Z", 951_868_799_999), ("1969-12-31T23:59:59.999Z", -1),
        ("0000-01-01T00:00:00.000Z", -62_167_219_200_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ])
    func `RFC 3339 both ways`(text: String, milliseconds: Int64) {
        #expect(WallClock(millisecondsSince1970: milliseconds).rfc3339 == text)
        #expect(WallClock(rfc3339: text)?.millisecondsSince1970 == milliseconds)
    }

    @Test(arguments: [
        ("2026-11-21T05:01:51+01:00", "2026-11-21T04:01:51.000Z"),
        ("2026-11-21 00:01:51.5-04:00", "2026-11-21T04:01:51.500Z"),
        ("2026-11-21t04:01:51.123999z", "2026-11-21T04:01:51.123Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"),
    ])
    func `offsets, fractions and leap seconds are understood`(text: String, utc: String) {
        #expect(WallClock(rfc3339: text)?.rfc3339 == utc)
    }

    @Test(arguments: [
        "", "2026", "2026-11-21", "2026-11-21T04:01:51", "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z", "2026-00-10T00:00:00Z", "2026-01-00T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z",
        "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00Zx",
        "+026-01-01T00:00:00Z", "0000-01-01T00:00:00+01:00", "2026-1-1T00:00:00Z",
    ])
    func `what is not RFC 3339 is refused`(text: String) {
        #expect(WallClock(rfc3339: text) == nil)
    }

    @Test func `every day of four centuries survives the calendar`() {
        for day in stride(from: -80_000, through: 80_000, by: 1) {
            let clock = WallClock(millisecondsSince1970: Int64(day) * 86_400_000)
            #expect(WallClock(rfc3339: clock.rfc3339) == clock)
        }
    }

    @Test func `sums saturate`() {
        let end = WallClock(millisecondsSince1970: .max)
        #expect(end + .seconds(1) == end)
        #expect(end.rfc3339 == "9999-12-31T23:59:59.999Z")
    }
}

@Suite struct MediaTimeTests {
    @Test(arguments: [
        (1, 90_000, 48_000, 1), (3003, 90_000, 1000, 33), (-3003, 90_000, 1000, -33),
        (1500, 1000, 1, 2), (-1500, 1000, 1, -2), (Int64.max, 90_000, 90_000, Int64.max),
    ])
    func `rescaling rounds to the nearest tick`(ticks: Int64, from: Int32, to: Int32, out: Int64) {
        #expect(MediaTime(ticks: ticks, timescale: from).rescaled(to: to).ticks == out)
    }

    @Test func `times on different scales compare exactly`() {
        #expect(MediaTime(ticks: 1, timescale: 1) == MediaTime(ticks: 90_000, timescale: 90_000))
        #expect(
            MediaTime(ticks: .max - 1, timescale: 90_000)
                < MediaTime(ticks: .max, timescale: 90_000))
        #expect(MediaTime(ticks: -1, timescale: 3) < MediaTime(ticks: 0, timescale: 7))
    }
}

@Suite struct InstantTests {
    @Test func `instants and durations`() {
        let start = Instant(nanoseconds: 5)
        #expect((start + .milliseconds(2)) - start == .milliseconds(2))
        #expect(start < start + .nanoseconds(1))
        #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
        #expect(Duration.seconds(Int64.min).wholeNanoseconds == .min)
    }
}

@Suite struct RandomAndFingerprintTests {
    @Test func `a seed repeats itself`() {
        // The first outputs of SplitMix64 for seed 1234567, as published with the algorithm.
        var random = SeededRandom(seed: 1_234_567)
        #expect(random.next() == 6_457_827_717_110_365_317)
        #expect(random.next() == 3_203_168_211_198_807_973)
    }

    @Test(arguments: [
        ("", "6c62272e07bb014262b821756295c58d"), ("a", "d228cb696f1a8caf78912b704e4a8964"),
        ("foobar", "343e1662793c64bf6f0d3597ba446f18"),
    ])
    func `FNV-1a has its published values`(text: String, digits: String) {
        #expect(Fingerprint(of: text).text == digits)
    }
}

@Suite struct ByteReaderTests {
    @Test func `numbers are in network order and the end is guarded`() throws {
        var writer = ByteWriter()
        writer.write(UInt8(1))
        writer.write(UInt16(0x0203))
        writer.write(UInt32(0x0405_0607))
        writer.write(utf8: "é")
        let bytes = writer.bytes
        var reader = ByteReader(bytes.span)
        let byte = try reader.readByte()
        let short = try reader.read(UInt16.self)
        let long = try reader.read(UInt32.self)
        let letters = try reader.read(count: 2).count
        let isAtEnd = reader.isAtEnd
        #expect((byte, short, long, letters, isAtEnd) == (1, 0x0203, 0x0405_0607, 2, true))
        do {
            _ = try reader.read(UInt64.self)
            Issue.record("read past the end")
        } catch {
            #expect(error == Truncated(need: 8, have: 0))
        }
    }
}

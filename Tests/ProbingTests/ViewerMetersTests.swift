import Measures
import Media
import Primitives
import Testing
import WebRTC

@testable import Probing

@Suite struct `Meters of a viewer` {
    private static let anchor = WallClockAnchor(
        instant: Instant(nanoseconds: 5_000_000_000),
        nanosecondsSince1970: 1_700_000_000_000_000_000)

    private func instant(_ milliseconds: Int64) -> Instant {
        Instant(nanoseconds: 5_000_000_000 + milliseconds * 1_000_000)
    }

    private func picture(
        _ number: Int64, captured: Int64, arrival: Int64, ahead: Int64 = 0
    ) -> DecodedPicture {
        let stamp = 1_700_000_000_000 + captured + ahead
        return DecodedPicture(
            frame: ViewerFrame(
                number: number, media: 0, codec: .h264, timestamp: UInt32(number * 3000),
                arrival: instant(arrival), bytes: 100, isKeyframe: false, captured: nil,
                senderTime: nil, shown: instant(arrival)),
            begun: instant(arrival + 2), done: instant(arrival + 5),
            size: PictureSize(width: 320, height: 180),
            code: PatternCode(
                WallClock(millisecondsSince1970: stamp), number: number, isPattern: true),
            sei: nil, headLuma: nil)
    }

    private func meters(ahead: Int64 = 0) -> ViewerMeters {
        var clock = ViewerClock(Self.anchor)
        clock.ahead = ahead * 1_000_000
        return ViewerMeters([.video], joined: instant(1000), clock: clock)
    }

    @Test(arguments: [0, 3000, -3000, 86_400_000] as [Int64])
    func `latency is what it is, however far the sender's clock is ahead`(ahead: Int64) {
        var meters = meters(ahead: ahead)
        for number in 0..<30 as Range<Int64> {
            let captured = 1100 + number * 33
            let row = meters.take(
                picture(number, captured: captured, arrival: captured + 80, ahead: ahead))
            #expect(row.latency == .milliseconds(85))
            #expect(row.latencyMeasure == .latencyBurned)
        }
        #expect(meters.set[.latencyBurned].count == 30)
        #expect(meters.set[.delayNetwork].greatest == 80_000)
        #expect(meters.set[.delayBuffer].greatest == 2_000)
        #expect(meters.set[.delayDecode].greatest == 3_000)
    }

    @Test(
        arguments: [
            .min, .max, 0, -1, 1_700_000_000_000_000_000 - .max,
            1_700_000_000_000_000_000 - .max + 20_000_000_000,
        ] as [Int64])
    func `stamps of any time are survived`(captured: Int64) {
        var meters = meters()
        for number in 0..<3 as Range<Int64> {
            var hostile = picture(number, captured: 0, arrival: 20_000 + number * 33)
            hostile = DecodedPicture(
                frame: hostile.frame, begun: hostile.begun, done: hostile.done,
                size: hostile.size, code: nil,
                sei: StampSEI(number: UInt32(number), captured: captured, sent: captured),
                headLuma: nil)
            _ = meters.take(hostile)
        }
        #expect(meters.set[.latencySEI].count == 3)
    }

    @Test func `what was captured before the viewer came says nothing of latency`() {
        var meters = meters()
        for number in 0..<10 as Range<Int64> {
            _ = meters.take(picture(number, captured: 500 + number * 33, arrival: 1100 + number))
        }
        #expect(meters.set[.framesCached] == 10)
        #expect(meters.set[.latencyBurned].isEmpty)
        _ = meters.take(picture(20, captured: 1160, arrival: 1200))
        #expect(meters.set[.latencyBurned].count == 1)
    }

    @Test func `a picture that is shown again has no latency of its own`() {
        var meters = meters()
        for arrival in [1200, 1233, 1266] as [Int64] {
            _ = meters.take(picture(7, captured: 1150, arrival: arrival))
        }
        #expect(meters.set[.latencyBurned].count == 1)
        #expect(meters.set[.framesRepeated] == 2)
    }

    @Test func `reports tell how far two clocks are apart, by the quickest of them`() {
        var clock = ReportClock()
        #expect(clock.ahead == nil)
        for delay in [40, 25, 90] as [Int64] {
            clock.add(
                NTPTime(nanosecondsSince1970: 10_000_000_000),
                wall: 10_000_000_000 + delay * 1_000_000,
                roundTrip: .milliseconds(50))
        }
        #expect(abs(clock.ahead ?? .max) < 10)
        clock.add(NTPTime(rawValue: 0), wall: 5, roundTrip: .zero)
        #expect(abs(clock.ahead ?? .max) < 10)
    }

    @Test func `a film with an old stamp in it has no latency by that`() {
        var meters = meters()
        for number in 0..<3 as Range<Int64> {
            let row = meters.take(
                picture(number, captured: -3_600_000 + number * 33, arrival: 1100 + number * 33))
            #expect(row.latency == nil)
        }
        #expect(meters.set[.latencyBurned].isEmpty)
        #expect(meters.set[.framesCached] == 0 && meters.set[.stampsUnread] == 0)
        #expect(meters.takeRemarks() == [.stampOld])
        #expect(meters.takeRemarks() == [])
    }

    @Test func `times that cannot be end in no trap`() {
        let clock = ViewerClock(Self.anchor)
        for time in [Int64.min, .max, 0] { _ = clock.instant(ofSender: time) }
    }

    @Test func `what an audience counted is put where it belongs`() {
        func windows(_ count: Int, _ length: Int) -> [MeasureLog.Window] {
            (0..<count).map { place in
                var set = MeasureSet()
                set.count(.framesDecoded, Int64(length))
                return MeasureLog.Window(
                    start: .seconds(place * length), length: .seconds(length), measures: set)
            }
        }
        for (one, other) in [
            (windows(6, 1), windows(3, 2)), (windows(3, 2), windows(6, 1)),
            (windows(6, 1), windows(8, 1)), (windows(0, 1), windows(4, 1)),
        ] {
            let all = ProbeAudience.together(one, other)
            let sum = all.reduce(0) { $0 + $1.measures[.framesDecoded] }
            let expected = (one + other).reduce(0) { $0 + $1.measures[.framesDecoded] }
            #expect(sum == expected)
            #expect(all.map(\.start) == all.map(\.start).sorted())
        }
    }
}

import Testing
import WebRTC

@testable import Publishing

@Suite struct `Frames on one time line` {
    private static let frame: Int64 = 40_000_000
    private static let sound: Int64 = 20_000_000
    private static let wrap: Int64 = 95_443_717_688_889

    private func times(_ time: Int64, _ duration: Int64, shown: Int64? = nil) -> FrameClock.Times {
        FrameClock.Times(decoding: time, presentation: shown ?? time, duration: duration)
    }

    private func placed(
        _ clock: inout FrameClock, _ kind: MediaKind, _ times: FrameClock.Times
    ) throws -> FrameClock.Place {
        let place = clock.place(kind, times)
        return try #require(place)
    }

    @Test func `an input that begins anywhere begins at zero`() throws {
        // The last one is the wall clock of a device, in 2030.
        let origins = [0, 1_400_000_000, -80_000_000, Self.wrap - 1, 1_900_000_000_000_000_000]
        for origin: Int64 in origins {
            var clock = FrameClock()
            clock.beginInput(origin: nil, jumpLimit: nil)
            for number: Int64 in 0..<5 {
                let time = origin + number * Self.frame
                let place = try placed(&clock, .video, times(time, Self.frame))
                #expect(place.presentation == number * Self.frame)
                #expect(!place.isAfterJump)
            }
            #expect(clock.end == 5 * Self.frame)
        }
    }

    @Test func `what is between picture and sound stays`() throws {
        var clock = FrameClock()
        clock.beginInput(origin: 1_000, jumpLimit: .seconds(10))
        let video = try placed(&clock, .video, times(1_000, Self.frame))
        let audio = try placed(&clock, .audio, times(7_001_000, Self.sound))
        #expect(audio.presentation - video.presentation == 7_000_000)
    }

    @Test func `a counter of 33 bits that begins anew changes nothing`() throws {
        var clock = FrameClock()
        clock.beginInput(origin: nil, jumpLimit: .seconds(10))
        let start = Self.wrap - 10 * Self.frame
        var last: Int64 = -1
        for number: Int64 in 0..<1000 {
            // Sound is stored a quarter of a second ahead, so that it wraps first.
            let heard = start + number * Self.frame + 250_000_000
            let seen = start + number * Self.frame
            let audio = try placed(&clock, .audio, times(heard % Self.wrap, Self.frame))
            let video = try placed(&clock, .video, times(seen % Self.wrap, Self.frame))
            #expect(audio.presentation - video.presentation == 250_000_000)
            #expect(last < 0 || video.presentation - last == Self.frame)
            last = video.presentation
        }
    }

    @Test func `an input whose clock is set anew goes on without a gap, in sync`() throws {
        for jump: Int64 in [-3_600_000_000_000, 3_600_000_000_000, -5_000_000_000] {
            var clock = FrameClock()
            clock.beginInput(origin: nil, jumpLimit: .seconds(10))
            var jumps = 0
            var last: Int64 = -1
            for number: Int64 in 0..<200 {
                let shift = number < 100 ? 0 : jump
                // The two tracks do not jump with the same frame of the file.
                let lagging = number < 105 ? 0 : jump
                let video = try placed(
                    &clock, .video, times(number * Self.frame + shift, Self.frame))
                let audio = try placed(
                    &clock, .audio, times(number * Self.frame + lagging, Self.frame))
                #expect(audio.presentation == video.presentation, "frame \(number), jump \(jump)")
                #expect(last < 0 || video.presentation - last == Self.frame)
                last = video.presentation
                jumps += video.isAfterJump || audio.isAfterJump ? 1 : 0
            }
            #expect(jumps == 1, "jump \(jump)")
        }
    }

    @Test func `a gap is kept where the container is to be believed`() throws {
        var clock = FrameClock()
        clock.beginInput(origin: 0, jumpLimit: nil)
        _ = clock.place(.video, times(0, Self.frame))
        let place = try placed(&clock, .video, times(60_000_000_000, Self.frame))
        #expect(place.presentation == 60_000_000_000)
        #expect(!place.isAfterJump)
    }

    @Test func `the next input begins where the longest track ended`() throws {
        var clock = FrameClock()
        for round: Int64 in 0..<50 {
            clock.beginInput(origin: 500, jumpLimit: nil)
            let start = round * 1_010_000_000
            #expect(clock.inputStart == start)
            for number: Int64 in 0..<25 {
                let place = clock.place(.video, times(500 + number * Self.frame, Self.frame))
                #expect(place?.presentation == start + number * Self.frame)
            }
            let place = clock.place(.audio, times(500 + 990_000_000, Self.sound))
            #expect(place?.presentation == start + 990_000_000)
        }
    }

    @Test func `frames out of order of showing keep their order of decoding`() throws {
        var clock = FrameClock()
        clock.beginInput(origin: 80_000_000, jumpLimit: .seconds(10))
        let shown: [Int64] = [2, 5, 3, 4, 8, 6, 7]
        for (number, place) in shown.enumerated() {
            let placed = try placed(
                &clock, .video,
                times(Int64(number) * Self.frame, Self.frame, shown: place * Self.frame))
            #expect(placed.decoding == Int64(number) * Self.frame - 80_000_000)
            #expect(placed.presentation == place * Self.frame - 80_000_000)
        }
    }

    @Test func `a frame without times follows the one before it`() throws {
        var clock = FrameClock()
        clock.beginInput(origin: nil, jumpLimit: nil)
        let none = FrameClock.Times(decoding: nil, presentation: nil, duration: nil)
        let nothing = clock.place(.video, none)
        #expect(nothing == nil)
        _ = clock.place(.video, times(90, Self.frame))
        let place = try placed(&clock, .video, none)
        #expect(place.presentation == Self.frame)
    }

    @Test func `no times make it trap, and it recovers`() throws {
        var clock = FrameClock()
        clock.beginInput(origin: .min, jumpLimit: .seconds(10))
        for time: Int64 in [.min, .max, 0, .max - 1, .min + 1, 1, -1] {
            _ = clock.place(.video, times(time, .max, shown: time))
            _ = clock.place(.audio, times(time, .min, shown: 0))
        }
        clock.beginInput(origin: nil, jumpLimit: .seconds(10))
        let first = try placed(&clock, .video, times(5, Self.frame))
        let second = try placed(&clock, .video, times(5 + Self.frame, Self.frame))
        #expect(second.presentation - first.presentation == Self.frame)
    }

    @Test func `times that leap to and fro for ever stay in bounds where gaps are believed`() {
        var clock = FrameClock()
        for _ in 0..<10 {
            clock.beginInput(origin: nil, jumpLimit: nil)
            for number in 0..<100 {
                let time: Int64 = number % 2 == 0 ? .min : .max
                _ = clock.place(.video, times(time, .max, shown: 0))
                _ = clock.place(.audio, times(0, 1, shown: time))
            }
        }
        #expect(clock.end < .max / 2)
    }

    @Test func `times of a rendition rise, and begin at zero`() {
        var rising = RisingTimes()
        #expect(rising.next(-5_000_000) == 0)
        #expect(rising.next(-4_000_000) > 0)
        #expect(rising.next(40_000_000) == 40_000_000)
        #expect(rising.next(40_000_000) == 40_000_000 + FrameClock.Limits.step)
    }
}

import Glibc
import Media
import Primitives
import TestSupport
import Testing
import WebRTC

/// Capture devices for real: the screen of an X server, and ALSA's null and file plugins.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct DeviceTests {
    static let xvfb = "/usr/bin/Xvfb"
    static var hasScreen: Bool { Files.exists(xvfb) || Machine.isCI }

    let folder = ScratchFolder()

    /// Makes the lower part of the screen white, in the memory that the server shows.
    private func whiten(_ name: String) throws {
        let bytes = try #require(Files.bytes(folder.path(name)))
        let file = unsafe open(folder.path(name), O_WRONLY)
        defer { close(file) }
        let white = [UInt8](repeating: 0xFF, count: bytes.count / 2)
        let start = off_t(bytes.count - white.count)
        try #require(unsafe pwrite(file, white, white.count, start) == white.count)
    }

    @Test(.enabled(if: hasScreen, "Xvfb is not installed"))
    func `the screen of an X server is captured, at its pace and on the wall clock`() throws {
        // The server finds a display that is free, and writes its number.
        let screen = try RunningProcess(
            Self.xvfb,
            ["-displayfd", "1", "-screen", "0", "320x240x24", "-fbdir", folder.path],
            environment: TestFiles.environment)
        defer {
            screen.signal(SIGTERM)
            _ = try? screen.finish(within: .seconds(10))
        }
        try eventually("the X server is up") { screen.output.hasSuffix("\n") }
        try whiten("Xvfb_screen0")
        let display = ":\(screen.output.dropLast())"
        let reader = try InputReader(
            try InputAddress(parsing: "x11:\(display),fps=20"), options: .plain,
            stop: StopFlag())
        #expect(reader.isLive && reader.hasWallClock && reader.tracks.count == 1)
        guard case .picture(let track) = reader.tracks[0].content else {
            Issue.record("no picture")
            return
        }
        #expect(track.size == PictureSize(width: 320, height: 240))
        let decoder = try VideoDecoder(track: 0, of: reader, threads: 1)
        let scaler = PictureScaler(size: PictureSize(width: 160, height: 120), rotation: 0)
        let (coded, picture, scaled) = (CodedFrame(), Picture(), Picture())
        var times: [Duration] = []
        while times.count < 10, try reader.read(into: coded) {
            try decoder.send(coded)
            while try decoder.receive(into: picture) {
                times.append(reader.tracks[0].timeBase.duration(try #require(picture.presentation)))
                try scaler.convert(picture, into: scaled)
                // White is 235 in our pictures, and black 16.
                let rows = [20, 100].map { scaled.plane(0)[$0 * scaled.stride(of: 0) + 80] }
                #expect(rows[0] < 20 && rows[1] > 225)
            }
        }
        let now = Duration.seconds(time(nil))
        #expect(abs((now - times[9]).wholeMilliseconds) < 5000)
        #expect((350...1500).contains((times[9] - times[0]).wholeMilliseconds), "\(times)")
        let found = DeviceSurvey.all().first { $0.kind == .x11 }
        guard case .found(let screens)? = found?.outcome else {
            Issue.record("no screens")
            return
        }
        #expect(screens.contains { $0.word == "x11:\(display)" })
    }

    @Test func `ALSA's null plugin gives silence`() throws {
        let reader: InputReader
        do {
            reader = try InputReader(
                try InputAddress(parsing: "alsa:null,channels=2,rate=48000"), options: .plain,
                stop: StopFlag())
        } catch MediaError.noDeviceLibrary where !Machine.isCI {
            return
        }
        #expect(reader.isLive && reader.hasWallClock)
        #expect(
            reader.tracks.map(\.content) == [.sound(SoundTrack(sampleRate: 48_000, channels: 2))])
        let decoder = try AudioDecoder(track: 0, of: reader)
        let (coded, sound) = (CodedFrame(), Sound())
        var count = 0
        while count < 4800, try reader.read(into: coded) {
            try decoder.send(coded)
            while try decoder.receive(into: sound) { count += sound.count }
        }
        #expect(count >= 4800)
    }

    @Test func `a device that is not there is told with its name`() throws {
        for word in ["v4l2:/dev/video250", "x11::250", "alsa:no_such_pcm"] {
            #expect(
                "\(word)",
                performing: {
                    _ = try InputReader(
                        try InputAddress(parsing: word), options: .plain, stop: StopFlag())
                },
                throws: { error in
                    switch error as? MediaError {
                    case .library, .noDeviceLibrary: true
                    default: false
                    }
                })
        }
    }

    @Test func `each kind of devices is looked for, in one order`() {
        #expect(DeviceSurvey.all().map(\.kind) == [.v4l2, .alsa, .pulse, .x11])
    }
}

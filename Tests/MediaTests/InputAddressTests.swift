import Media
import Testing
import WebRTC

struct InputAddressTests {
    @Test func `a word names a file, a URL, a device or the pattern`() throws {
        var pattern = PatternSettings()
        pattern.size = PictureSize(width: 640, height: 360)
        pattern.rate = try #require(FrameRate(parsing: "25"))
        pattern.keyframeInterval = 50
        pattern.hasSound = false
        let cases: [(word: String, address: InputAddress)] = [
            ("show.mp4", .file(path: "show.mp4")),
            ("a:b.mp4", .file(path: "a:b.mp4")),
            ("./test:x", .file(path: "./test:x")),
            ("1http://x", .file(path: "1http://x")),
            ("-", .standardInput),
            ("rtsp://camera/1", .url("rtsp://camera/1")),
            ("srt://host:9000?mode=caller", .url("srt://host:9000?mode=caller")),
            ("v4l2://x", .url("v4l2://x")),
            ("test", .pattern(PatternSettings())),
            ("test:", .pattern(PatternSettings())),
            ("test:size=640x360,fps=25,gop=50,sound=off", .pattern(pattern)),
            ("v4l2:", .device(DeviceAddress(kind: .v4l2, name: "/dev/video0"))),
            ("v4l2:/dev/video2", .device(DeviceAddress(kind: .v4l2, name: "/dev/video2"))),
            ("pulse:", .device(DeviceAddress(kind: .pulse, name: "default"))),
            (
                "alsa:plughw:CARD=U,DEV=0",
                .device(DeviceAddress(kind: .alsa, name: "plughw:CARD=U,DEV=0"))
            ),
            ("x11::99", .device(DeviceAddress(kind: .x11, name: ":99"))),
        ]
        for (word, address) in cases {
            #expect(try InputAddress(parsing: word) == address, "\(word)")
        }
    }

    @Test func `options of a device stand behind its name`() throws {
        let address = try InputAddress(
            parsing: "v4l2:/dev/video0,size=1280x720,fps=29.97,format=mjpeg")
        guard case .device(let device) = address else {
            Issue.record("no device")
            return
        }
        #expect(device.name == "/dev/video0" && device.format == "mjpeg")
        #expect(device.size == PictureSize(width: 1280, height: 720))
        #expect(device.rate == FrameRate(parsing: "30000/1001"))
        #expect(device.sampleRate == nil && device.channels == nil)
    }

    @Test func `what is no input is refused, and why`() {
        let cases: [(word: String, problem: InputAddressProblem)] = [
            ("", .empty),
            ("a\0b", .hasZeroByte),
            (String(repeating: "x", count: 5000), .tooLong(limit: 4096)),
            ("x11:", .deviceWithoutName(.x11)),
            ("test:size=640", .badValue(option: "size", value: "640")),
            ("test:size=641x360", .badValue(option: "size", value: "641x360")),
            ("test:size=99999x360", .badValue(option: "size", value: "99999x360")),
            ("test:fps=0", .badValue(option: "fps", value: "0")),
            ("test:gop", .badValue(option: "gop", value: "")),
            ("test:picture=off,sound=off", .nothingToSend),
            ("v4l2:/dev/video0,fps=x", .badValue(option: "fps", value: "x")),
            (
                "test:colour=red",
                .unknownOption(
                    name: "colour", known: ["size", "fps", "gop", "tone", "picture", "sound"])
            ),
        ]
        for (word, problem) in cases {
            #expect(throws: problem, "\(word)") { _ = try InputAddress(parsing: word) }
        }
    }
}

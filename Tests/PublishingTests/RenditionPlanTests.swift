import Testing
import WebRTC

@testable import Media
@testable import Publishing

/// Tracks as inputs have them.
enum Tracks {
    static func picture(
        _ codec: TrackCodec = .webRTC(.h264), profile: String? = "High", reordered: Bool = false,
        rotation: Int = 0, size: PictureSize = PictureSize(width: 1280, height: 720),
        rate: FrameRate? = .thirty, configuration: [UInt8] = []
    ) -> TrackDescription {
        TrackDescription(
            index: 0, codec: codec, timeBase: .video,
            content: .picture(
                PictureTrack(
                    size: size, rate: rate, hasReorderedFrames: reordered, rotation: rotation)),
            profile: profile, configuration: configuration, duration: nil, bitRate: nil)
    }

    static func sound(
        _ codec: TrackCodec, channels: Int = 2, rate: Int = 48_000, configuration: [UInt8] = []
    ) -> TrackDescription {
        TrackDescription(
            index: 1, codec: codec, timeBase: .audio,
            content: .sound(SoundTrack(sampleRate: rate, channels: channels)), profile: nil,
            configuration: configuration, duration: nil, bitRate: nil)
    }
}

@Suite struct `What goes out of an input` {
    private static let webRTC = DestinationNeeds(webRTC: true, rtmp: false)
    private static let rtmp = DestinationNeeds(webRTC: false, rtmp: true)
    private static let both = DestinationNeeds(webRTC: true, rtmp: true)

    private func plan(
        _ tracks: [TrackDescription], _ wish: RenditionWish = RenditionWish(),
        _ needs: DestinationNeeds = webRTC
    ) throws -> RenditionPlan {
        try RenditionPlan(tracks: tracks, wish: wish, needs: needs)
    }

    private func wish(_ change: (inout RenditionWish) -> Void) -> RenditionWish {
        var wish = RenditionWish()
        change(&wish)
        return wish
    }

    @Test func `what WebRTC takes is passed on`() throws {
        let table: [(TrackCodec, String?)] = [
            (.webRTC(.h264), "High"), (.webRTC(.h264), "Constrained Baseline"),
            (.webRTC(.h264), nil), (.webRTC(.h265), "Main"), (.webRTC(.vp8), nil),
            (.webRTC(.vp9), "Profile 0"), (.webRTC(.av1), "Main"),
        ]
        for (codec, profile) in table {
            let plan = try plan([
                Tracks.picture(codec, profile: profile), Tracks.sound(.webRTC(.opus)),
            ])
            #expect(plan.video[0].making == .copy, "\(codec) \(profile ?? "")")
            #expect(codec == .webRTC(plan.video[0].choice.codec))
            #expect(plan.audio.map(\.making) == [.copy])
            // Whoever does not take it gets something else.
            #expect(plan.video.dropFirst().map(\.choice.codec) == [.h264, .vp8])
        }
    }

    @Test func `what WebRTC does not take is encoded, and why is said`() throws {
        let table: [(TrackDescription, EncodingReason)] = [
            (Tracks.picture(reordered: true), .reorderedFrames),
            (
                Tracks.picture(.other(name: "mpeg2video"), profile: nil),
                .codecNotTaken("mpeg2video")
            ),
            (Tracks.picture(profile: "High 10"), .profileNotTaken("High 10")),
            (Tracks.picture(.webRTC(.vp9), profile: "Profile 2"), .profileNotTaken("Profile 2")),
            (Tracks.picture(rotation: 90), .rotated(degrees: 90)),
            (Tracks.picture(.other(name: "rawvideo"), profile: nil), .raw),
        ]
        for (track, reason) in table {
            let plan = try plan([track])
            #expect(plan.video.map(\.making) == [.encode([reason]), .encode([reason])])
            #expect(plan.video.map(\.choice.codec) == [.h264, .vp8])
            #expect(plan.audio.isEmpty)
        }
    }

    @Test func `what is asked for is a reason to encode`() throws {
        let table: [(RenditionWish, [EncodingReason])] = [
            (wish { $0.videoCodec = .vp8 }, [.codecAsked]),
            (wish { $0.videoBitRate = 1_000_000 }, [.bitRateAsked]),
            (wish { $0.size = PictureSize(width: 640, height: 360) }, [.sizeAsked]),
            (wish { $0.frameRate = FrameRate(numerator: 15, denominator: 1) }, [.frameRateAsked]),
            (wish { $0.keyframeInterval = .seconds(1) }, [.keyframesAsked]),
            (wish { $0.profile = .main }, [.profileAsked]),
            (wish { $0.copyRule = .never }, [.encodingAsked]),
            (wish { $0.stamp = .picture }, [.stampAsked]),
        ]
        for (wish, reasons) in table {
            #expect(try plan([Tracks.picture()], wish).video[0].making == .encode(reasons))
        }
        let same = wish {
            $0.videoCodec = .h264
            $0.size = PictureSize(width: 1280, height: 720)
            $0.frameRate = .thirty
        }
        #expect(try plan([Tracks.picture()], same).video[0].making == .copy)
    }

    @Test func `a stamp beside the picture is no reason to encode, but needs a place`() throws {
        let beside = wish { $0.stamp = .sei }
        for codec in [Codec.h264, .h265] {
            let plan = try plan([Tracks.picture(.webRTC(codec), profile: nil)], beside)
            #expect(plan.video[0].making == .copy)
            // Nor is anything offered that could not carry it.
            #expect(plan.video.allSatisfy { $0.choice.codec.nalSyntax != nil })
        }
        for codec in [Codec.vp8, .vp9, .av1] {
            let track = Tracks.picture(.webRTC(codec), profile: nil)
            #expect(throws: RenditionProblem.stampNotCarried(codec: codec.encodingName)) {
                try plan([track], beside)
            }
            let asked = wish {
                $0.stamp = .sei
                $0.videoCodec = .h264
            }
            #expect(try plan([track], asked).video[0].choice.codec == .h264)
        }
        let raw = Tracks.picture(.other(name: "rawvideo"), profile: nil)
        #expect(
            try plan([raw], wish { $0.stamp = .picture }).video[0].making == .encode([.raw]))
        let small = PictureSize(width: 64, height: 64)
        #expect(throws: RenditionProblem.stampTooLarge(small)) {
            try plan(
                [Tracks.picture()],
                wish {
                    $0.stamp = .picture
                    $0.size = small
                })
        }
    }

    @Test func `copy refuses what would be encoded`() throws {
        let copy = wish { $0.copyRule = .always }
        let picture = Tracks.picture(reordered: true)
        #expect(
            throws: RenditionProblem.copyRefused(.video, TrackSummary(picture), [.reorderedFrames])
        ) { try plan([picture], copy) }
        let sound = Tracks.sound(.aac, rate: 44_100)
        #expect(
            throws: RenditionProblem.copyRefused(
                .audio, TrackSummary(sound), [.codecNotTaken("aac")])
        ) { try plan([Tracks.picture(), sound], copy) }
        let taken = try plan([Tracks.picture(), Tracks.sound(.webRTC(.opus))], copy)
        #expect(taken.video.map(\.making) == [.copy])
        #expect(taken.audio.map(\.making) == [.copy])
    }

    @Test func `RTMP takes B-frames and AAC, which WebRTC does not`() throws {
        let tracks = [
            Tracks.picture(reordered: true), Tracks.sound(.aac, configuration: [0x12, 0x10]),
        ]
        let one = try plan(tracks, RenditionWish(), Self.rtmp)
        #expect(one.video[0].making == .copy)
        #expect(one.audio.map(\.making) == [.copy])
        let mixed = try plan(tracks, RenditionWish(), Self.both)
        #expect(mixed.video.map(\.making.isCopy) == [true, false, false])
        #expect(mixed.firstVideo(webRTC: true)?.making == .encode([.reorderedFrames]))
        #expect(mixed.firstVideo(webRTC: false)?.making == .copy)
        #expect(mixed.audio.map(\.choice.codec) == [.opus, .aac])
        #expect(mixed.audio.map(\.making.isCopy) == [false, true])
    }

    @Test func `layers are encodings, and are offered`() throws {
        let layered = wish {
            $0.layers = [
                LayerWish(size: PictureSize(width: 1280, height: 720), bitRate: 1_500_000),
                LayerWish(size: PictureSize(width: 640, height: 360), bitRate: nil),
            ]
        }
        let plan = try plan([Tracks.picture()], layered)
        #expect(plan.video[0].making == .encode([.layersAsked, .bitRateAsked]))
        #expect(plan.layers.map(\.rid) == ["h", "m"])
        #expect(plan.layers[0].maximumBitsPerSecond == 1_500_000)
        #expect(plan.layers[1].maximumBitsPerSecond == 620_000)
        #expect(throws: RenditionProblem.layersNeedWebRTC) {
            try self.plan([Tracks.picture()], layered, Self.rtmp)
        }
    }

    @Test func `a picture that lies on its side is encoded upright`() throws {
        let plan = try plan([Tracks.picture(rotation: 270)])
        #expect(plan.video[0].choice.size == PictureSize(width: 720, height: 1280))
    }

    @Test func `picture or sound alone will do, neither will not`() throws {
        let tracks = [Tracks.picture(), Tracks.sound(.aac)]
        #expect(try plan(tracks, wish { $0.takesVideo = false }).video.isEmpty)
        #expect(try plan(tracks, wish { $0.takesAudio = false }).audio.isEmpty)
        #expect(throws: RenditionProblem.nothingToSend(hasVideo: true, hasAudio: false)) {
            try plan([Tracks.picture()], wish { $0.takesVideo = false })
        }
    }

    @Test func `the offer tells the profile and level of the file`() throws {
        let sets: [UInt8] = [0x67, 0x64, 0x00, 0x20, 0xAC, 0xB4]
        let told = try #require(
            AVCConfiguration(
                sequenceParameters: [sets], pictureParameters: [[0x68, 1]], lengthSize: .four))
        let plan = try plan([Tracks.picture(configuration: told.bytes)])
        #expect(plan.video[0].choice.format.parameter("profile-level-id") == "640020")
        #expect(plan.video[0].choice.framing == .lengthPrefixed(.four))
        let stream = try self.plan([
            Tracks.picture(configuration: [0, 0, 0, 1] + sets + [0, 0, 1, 0x68, 1])
        ])
        #expect(stream.video[0].choice.format.parameter("profile-level-id") == "640020")
        #expect(stream.video[0].choice.framing == .annexB)
    }

    @Test func `bit rates and levels fit the size`() {
        let table: [(Int, Int, Int32, rate: Int, level: String)] = [
            (1280, 720, 30, 2_480_000, "42e01f"), (1920, 1080, 30, 5_590_000, "42e028"),
            (1920, 1080, 60, 8_390_000, "42e02a"), (320, 240, 30, 200_000, "42e01f"),
            (7680, 4320, 30, 12_000_000, "42e034"),
        ]
        for row in table {
            let size = PictureSize(width: row.0, height: row.1)
            guard let rate = FrameRate(numerator: row.2, denominator: 1) else { continue }
            #expect(EncodingDefaults.bitRate(size, rate) == row.rate)
            #expect(
                EncodingDefaults.h264(.baseline, size, rate).parameter("profile-level-id")
                    == row.level)
        }
    }
}

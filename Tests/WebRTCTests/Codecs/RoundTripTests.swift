import Primitives
import Testing
import WebRTC

/// What is cut must come together again, and what is lost must not come out wrong.
@Suite struct RoundTripTests {
    static let framings: [NALFraming] = [
        .annexB, .lengthPrefixed(.four), .lengthPrefixed(.two),
    ]

    @Test(arguments: Codec.allCases)
    func `a frame that is cut comes together again`(codec: Codec) throws {
        for seed: UInt64 in 1...60 {
            let framing = Self.framings[Int(seed) % 3]
            let limit = [32, 64, 200, 1_180][Int(seed) / 3 % 4]
            var maker = MediaMaker(
                random: SeededRandom(seed: seed), codec: codec, framing: framing, limit: limit)
            var packetiser = Packetiser(
                codec, framing: framing, repeatsParameterSets: true, pictureID: 32_760)
            var depacketiser = Depacketiser(
                codec, framing: framing, maximumFrameSize: Depacketiser.maximumFrameSize)
            for number: UInt32 in 0..<12 {
                let made = maker.frame(isKeyframe: number % 5 == 0)
                let payloads = try packetiser.payloads(
                    made.input, limit: limit, timestamp: number &* 3_000)
                #expect(payloads.allSatisfy { $0.bytes.count <= limit }, "seed \(seed)")
                #expect(payloads.map(\.isLast) == payloads.indices.map { $0 == payloads.count - 1 })
                let frames = payloads.flatMap { depacketiser.frames($0) }
                #expect(frames.map(\.bytes) == [made.output], "seed \(seed) frame \(number)")
                #expect(frames.first?.description.isKeyframe == made.isKeyframe)
                #expect(frames.first?.description.isDamaged == false)
                #expect(frames.first?.description.timestamp == number &* 3_000)
            }
            #expect(depacketiser.counts.framesEmitted == 12)
            #expect(depacketiser.counts.framesDiscarded == 0)
        }
    }

    @Test(arguments: Codec.allCases)
    func `a frame ends where the timestamp changes, without its marker`(codec: Codec) throws {
        guard codec.kind == .video else { return }
        var maker = MediaMaker(
            random: SeededRandom(seed: 7), codec: codec, framing: .annexB, limit: 100)
        var packetiser = Packetiser(
            codec, framing: .annexB, repeatsParameterSets: true, pictureID: 1)
        var depacketiser = Depacketiser(codec, framing: .annexB, maximumFrameSize: 1 << 20)
        let made = (0..<4).map { maker.frame(isKeyframe: $0 == 0) }
        var frames: [ReceivedFrame] = []
        for (number, frame) in made.enumerated() {
            for var payload in try packetiser.payloads(
                frame.input, limit: 100, timestamp: UInt32(number))
            {
                payload.isLast = false
                frames += depacketiser.frames(payload)
            }
        }
        #expect(frames.map(\.bytes) == made.dropLast().map(\.output))
    }

    @Test(arguments: Codec.allCases)
    func `the loss of any packet discards its frame and asks for a keyframe`(codec: Codec) throws {
        for seed: UInt64 in 1...12 {
            var maker = MediaMaker(
                random: SeededRandom(seed: seed), codec: codec, framing: .annexB, limit: 120)
            var packetiser = Packetiser(
                codec, framing: .annexB, repeatsParameterSets: true, pictureID: 5)
            var sent: [SentPayload] = []
            var made: [MadeFrame] = []
            for number in 0..<8 {
                made.append(maker.frame(isKeyframe: number % 4 == 0))
                sent += try packetiser.payloads(
                    made[number].input, limit: 120, timestamp: UInt32(number))
            }
            for lost in sent.indices { lose(lost, of: sent, made, codec, seed) }
        }
    }

    /// Feeds all but one packet.
    private func lose(
        _ lost: Int, of sent: [SentPayload], _ made: [MadeFrame], _ codec: Codec, _ seed: UInt64
    ) {
        let place = "\(codec) seed \(seed) lost \(lost)"
        var depacketiser = Depacketiser(codec, framing: .annexB, maximumFrameSize: 1 << 20)
        var frames: [ReceivedFrame] = []
        for index in sent.indices where index != lost {
            let new = depacketiser.frames(sent[index], isAfterGap: index == lost + 1)
            frames += new
            if index == lost + 1, codec.kind == .video {
                #expect(depacketiser.needsKeyframe || new.first?.description.isKeyframe == true)
            }
        }
        let lostFrame = Int(sent[lost].timestamp)
        let nextKey = (lostFrame / 4 + 1) * 4
        for frame in frames {
            let number = Int(frame.description.timestamp)
            #expect(frame.bytes == made[number].output, "\(place) frame \(number)")
            #expect(number != lostFrame, "\(place)")
            guard codec.kind == .video else { continue }
            let isSound = number < lostFrame || number >= nextKey
            #expect(frame.description.isDamaged == !isSound, "\(place) frame \(number)")
        }
        if codec.kind == .video, nextKey == 4, lost + 1 < sent.count {
            let numbers = frames.map { Int($0.description.timestamp) }
            // The keyframe after the loss is emitted even where the gap ends right before it.
            #expect(numbers.suffix(4) == [4, 5, 6, 7], "\(place) \(numbers)")
            #expect(!depacketiser.needsKeyframe, "\(place)")
        }
    }

    @Test(arguments: [Codec.h264, .h265])
    func `pieces of a frame are nearly of one size`(codec: Codec) throws {
        var packetiser = Packetiser(
            codec, framing: .annexB, repeatsParameterSets: true, pictureID: 0)
        let type: [UInt8] = codec == .h264 ? [0x65] : [38, 1]
        let frame = [0, 0, 1] + type + [UInt8](repeating: 7, count: 2_400)
        let sizes = try packetiser.payloads(frame, limit: 1_200).map(\.bytes.count)
        #expect(sizes.count == 3)
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 3)
    }

    @Test func `a frame of AV1 is cut evenly too`() throws {
        var packetiser = Packetiser(
            .av1, framing: .annexB, repeatsParameterSets: false, pictureID: 0)
        let frame = [0x32, 0xDC, 0x0B] + [UInt8](repeating: 7, count: 1_500)
        let sizes = try packetiser.payloads(frame, limit: 1_200).map(\.bytes.count)
        #expect(sizes.count == 2)
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 8)
    }

    @Test func `a frame that would grow past the limit is discarded`() throws {
        for codec in Codec.allCases where codec.kind == .video {
            var maker = MediaMaker(
                random: SeededRandom(seed: 3), codec: codec, framing: .annexB, limit: 1_000)
            var packetiser = Packetiser(
                codec, framing: .annexB, repeatsParameterSets: true, pictureID: 0)
            var depacketiser = Depacketiser(codec, framing: .annexB, maximumFrameSize: 300)
            var long = maker.frame(isKeyframe: true)
            while long.output.count < 1_000 { long = maker.frame(isKeyframe: true) }
            let frames = try packetiser.payloads(long.input, limit: 200).flatMap {
                depacketiser.frames($0)
            }
            #expect(frames.isEmpty, "\(codec)")
            #expect(depacketiser.counts.framesDiscarded == 1)
            #expect(depacketiser.needsKeyframe)
        }
    }

    @Test func `what can't be cut is refused`() {
        func problem(_ codec: Codec, _ frame: [UInt8], limit: Int, _ framing: NALFraming = .annexB)
            -> PacketiserProblem?
        {
            var packetiser = Packetiser(
                codec, framing: framing, repeatsParameterSets: true, pictureID: 0)
            do {
                _ = try packetiser.payloads(frame, limit: limit)
                return nil
            } catch {
                return error
            }
        }
        #expect(problem(.vp8, [1], limit: 31) == .payloadLimitOutOfRange(31))
        #expect(problem(.vp8, [], limit: 100) == .emptyFrame)
        #expect(problem(.opus, [UInt8](repeating: 1, count: 101), limit: 100) == .frameTooLong(101))
        #expect(problem(.h264, [1, 2, 3], limit: 100) == .notUnits(.noStartCode))
        #expect(
            problem(.h264, [0, 0, 0, 9, 1], limit: 100, .lengthPrefixed(.four))
                == .notUnits(.lengthOverrun(need: 9, have: 1)))
        #expect(problem(.av1, [0x32, 5, 1], limit: 100) == .malformedUnit(at: 0))
        #expect(problem(.h264, [0, 0, 1, 9, 0x10], limit: 100) == nil)
    }
}

import Primitives
import Testing
import WebRTC

/// Payload headers written by hand, bit by bit as their specifications draw them.
@Suite struct PayloadVectorTests {
    private func packetise(
        _ codec: Codec, _ frame: [UInt8], limit: Int = 100, framing: NALFraming = .annexB,
        repeats: Bool = false, pictureID: UInt16 = 0x1234
    ) throws -> [[UInt8]] {
        var packetiser = Packetiser(
            codec, framing: framing, repeatsParameterSets: repeats, pictureID: pictureID)
        return try packetiser.payloads(frame, limit: limit).map(\.bytes)
    }

    private func depacketise(
        _ codec: Codec, _ payloads: [[UInt8]], framing: NALFraming = .annexB
    ) -> [ReceivedFrame] {
        var depacketiser = Depacketiser(codec, framing: framing, maximumFrameSize: 1 << 20)
        return payloads.enumerated().flatMap { index, bytes in
            depacketiser.frames(SentPayload(bytes: bytes, isLast: index == payloads.count - 1))
        }
    }

    @Test func `H264 single units, STAP-A and FU-A are as in RFC 6184 5`() throws {
        #expect(try packetise(.h264, [0, 0, 1, 0x41, 1, 2]) == [[0x41, 1, 2]])
        // NRI of the aggregate is the highest of its units.
        #expect(
            try packetise(.h264, [0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x28, 2, 0, 0, 1, 0x06, 3])
                == [[0x78, 0, 2, 0x67, 1, 0, 2, 0x28, 2, 0, 2, 0x06, 3]])
        let long = [0x65] + [UInt8](repeating: 9, count: 60)
        #expect(
            try packetise(.h264, [0, 0, 1] + long, limit: 32) == [
                [0x7C, 0x85] + [UInt8](repeating: 9, count: 30),
                [0x7C, 0x45] + [UInt8](repeating: 9, count: 30),
            ])
    }

    @Test func `H265 units, aggregates and fragments are as in RFC 7798 4`() throws {
        #expect(try packetise(.h265, [0, 0, 1, 0x02, 0x01, 7]) == [[0x02, 0x01, 7]])
        // Type 48; layer and temporal number are the lowest of the units.
        #expect(
            try packetise(.h265, [0, 0, 1, 0x40, 0x0A, 7, 0, 0, 1, 0x42, 0x02, 8])
                == [[0x60, 0x02, 0, 3, 0x40, 0x0A, 7, 0, 3, 0x42, 0x02, 8]])
        let long = [0x26, 0x01] + [UInt8](repeating: 9, count: 58)
        #expect(
            try packetise(.h265, [0, 0, 1] + long, limit: 32) == [
                [0x62, 0x01, 0x93] + [UInt8](repeating: 9, count: 29),
                [0x62, 0x01, 0x53] + [UInt8](repeating: 9, count: 29),
            ])
    }

    @Test func `VP8 descriptors are as in RFC 7741 4_2`() throws {
        #expect(
            try packetise(.vp8, [0x10] + [UInt8](repeating: 1, count: 39), limit: 32) == [
                [0x90, 0x80, 0x92, 0x34, 0x10] + [UInt8](repeating: 1, count: 19),
                [0x80, 0x80, 0x92, 0x34] + [UInt8](repeating: 1, count: 20),
            ])
        let cases: [(bytes: String, length: Int?, picture: UInt16?, layer: UInt8?)] = [
            ("10", 1, nil, nil), ("90 00", 2, nil, nil), ("90 80 11", 3, 0x11, nil),
            ("90 80 92 34", 4, 0x1234, nil), ("90 40 07", 3, nil, nil),
            ("90 20 60", 3, nil, 1), ("90 10 1f", 3, nil, nil),
            ("90 f0 92 34 07 a3", 6, 0x1234, 2), ("90", nil, nil, nil),
            ("90 80", nil, nil, nil), ("90 80 92", nil, nil, nil), ("90 40", nil, nil, nil),
            ("90 20", nil, nil, nil),
        ]
        for (text, length, picture, layer) in cases {
            let descriptor = VP8Descriptor(hex(text).span)
            #expect(descriptor?.length == length, "\(text)")
            #expect(descriptor?.pictureID == picture, "\(text)")
            #expect(descriptor?.temporalLayer == layer, "\(text)")
        }
        let full = VP8Descriptor(hex("b3 f0 92 34 07 a3").span)
        #expect(full?.isNonReference == true && full?.beginsPartition == true)
        #expect(full?.partition == 3 && full?.beginsFrame == false)
        #expect(full?.temporalZeroIndex == 7 && full?.isLayerSync == true && full?.keyIndex == 3)
    }

    @Test func `VP9 descriptors are as in RFC 9628 4_2`() throws {
        #expect(
            try packetise(.vp9, [0x86] + [UInt8](repeating: 1, count: 39), limit: 32) == [
                [0xC8, 0x92, 0x34, 0x86] + [UInt8](repeating: 1, count: 19),
                [0xC4, 0x92, 0x34] + [UInt8](repeating: 1, count: 20),
            ])
        #expect(try packetise(.vp9, [0x82, 1]) == [[0x8C, 0x92, 0x34, 0x82, 1]])
        let cases: [(bytes: String, length: Int?)] = [
            ("0c", 1), ("8c 11", 2), ("8c 92 34", 3), ("ac 11 25 07", 4), ("ac 11 25", nil),
            // Flexible: no TL0PICIDX, up to three differences.
            ("bc 11 25", 3), ("fc 11 25 02", 4), ("fc 11 25 03 05 06", 6),
            ("fc 11 25 03 05 07", nil), ("fc 11 25 03", nil),
            // Structures: two layers with sizes; a group of two pictures.
            ("0e 30 0140 00b4 0280 0168", 10), ("0e 30 0140 00b4 0280 01", nil),
            ("0e 08 02 04 01 28 01 02", 8), ("0e 08 02 04 01 28 01", nil), ("0e", nil),
        ]
        for (text, length) in cases {
            #expect(VP9Descriptor(hex(text).span)?.length == length, "\(text)")
        }
        let layered = VP9Descriptor(hex("ee 11 73 07 30 0140 00b4 0280 0168").span)
        #expect(layered?.temporalLayer == 3 && layered?.spatialLayer == 1)
        #expect(layered?.isSwitchingUp == true && layered?.isInterLayerPredicted == true)
        #expect(layered?.temporalZeroIndex == 7 && layered?.beginsPicture == false)
        #expect(layered?.size == PictureSize(width: 640, height: 360))
    }

    @Test func `AV1 aggregation headers are as in its payload format 4_4`() throws {
        // Z0 Y0 W2 N1; a delimiter is dropped, sizes are taken out.
        #expect(
            try packetise(.av1, hex("1200 0a02aabb 320310cc dd"))
                == [hex("28 03 08aabb 30 10ccdd")])
        // Four units: W0, each with its length.
        #expect(
            try packetise(.av1, hex("2a0101 2a0102 2a0103 320130"))
                == [hex("00 02 2801 02 2802 02 2803 02 3030")])
        let long = [0x32, 56, 0x30] + [UInt8](repeating: 9, count: 55)
        #expect(
            try packetise(.av1, long, limit: 40) == [
                [0x50, 0x30, 0x30] + [UInt8](repeating: 9, count: 29),
                [0x90] + [UInt8](repeating: 9, count: 26),
            ])
    }

    @Test func `AV1 comes together from every form of aggregation`() {
        let sequence = "0aaabb"
        let expected = hex("0a02aabb 320310ccdd")
        let forms: [[String]] = [
            ["28 03 08aabb 3010ccdd"], ["08 03 08aabb 04 3010ccdd"],
            ["18 08aabb", "10 3010ccdd"], ["68 03 08aabb 30", "90 10ccdd"],
            ["68 03 08aabb 3010", "d0 cc", "90 dd"], ["48 03 08aabb 01 30", "80 03 10ccdd"],
            // With a delimiter, and with a size that the sender left in.
            ["38 01 10 03 08aabb 3010ccdd"], ["28 03 08aabb 32 03 10ccdd"],
            ["28 \("04") 0a02aabb 3010ccdd"],
        ]
        for form in forms {
            let frames = depacketise(.av1, form.map(hex))
            #expect(frames.map(\.bytes) == [expected], "\(form) \(sequence)")
            #expect(frames.first?.description.isKeyframe == true)
        }
        let refused = [
            "28 04 08aabb", "a8 03 08aabb 3010ccdd", "28 09 08aabb 3010ccdd", "08 03 08aa",
            "28 04 0a03aabb 3010ccdd", "28 83", "28",
        ]
        for text in refused { #expect(depacketise(.av1, [hex(text)]).isEmpty, "\(text)") }
    }

    @Test func `H264 parameter sets are taken in every form`() {
        let sequence = RealSets.h264Sequence
        let picture = RealSets.h264Picture
        let slice: [UInt8] = [0x65, 0x88, 0x84, 1]
        let start: [UInt8] = [0, 0, 0, 1]
        let whole = start + sequence + start + picture + start + slice
        let aggregate =
            [0x78, 0, UInt8(sequence.count)] + sequence + [0, UInt8(picture.count)] + picture
        let forms: [[[UInt8]]] = [
            [sequence, picture, slice], [aggregate, slice],
            [aggregate, [0x7C, 0x85, 0x88], [0x7C, 0x45, 0x84, 1]],
            [aggregate + [0, 4] + slice],
            // A fragment that is the whole unit isn't allowed, and is understood.
            [aggregate, [0x7C, 0xC5, 0x88, 0x84, 1]], [[0x09, 0x10], aggregate, slice],
        ]
        for form in forms {
            #expect(depacketise(.h264, form).map(\.bytes) == [whole])
        }
        var depacketiser = Depacketiser(.h264, framing: .annexB, maximumFrameSize: 1 << 20)
        #expect(depacketiser.frames(SentPayload(bytes: sequence, isLast: true)).isEmpty)
        #expect(
            depacketiser.frames(SentPayload(bytes: picture, isLast: false, timestamp: 1)).isEmpty)
        let frames = depacketiser.frames(SentPayload(bytes: slice, isLast: true, timestamp: 2))
        #expect(frames.map(\.bytes) == [whole])
        #expect(frames.first?.description.isDamaged == false)
        #expect(depacketiser.counts.framesDiscarded == 0)
    }

    @Test func `a keyframe without any parameter sets can't be decoded`() {
        var depacketiser = Depacketiser(.h264, framing: .annexB, maximumFrameSize: 1 << 20)
        let delimiter = SentPayload(bytes: [9, 0x10], isLast: false, timestamp: 1)
        #expect(depacketiser.frames(delimiter).isEmpty)
        let key = SentPayload(bytes: [0x65, 0x88, 1], isLast: true, timestamp: 1)
        let first = depacketiser.frames(key)
        #expect(first.first?.description.isKeyframe == true)
        #expect(first.first?.description.isDamaged == true && depacketiser.needsKeyframe)
        depacketiser.adopt(parameterSet: RealSets.h264Sequence.span)
        depacketiser.adopt(parameterSet: RealSets.h264Picture.span)
        let second = depacketiser.frames(
            SentPayload(bytes: key.bytes, isLast: true, timestamp: 2))
        #expect(second.first?.description.isDamaged == false && !depacketiser.needsKeyframe)
    }

    @Test func `sets that came another way let a stream begin with its first slice`() {
        let slice: [UInt8] = [0x65, 0x88, 1]
        for (first, count) in [(slice, 1), ([0x65, 0x48, 1], 0), ([0x41, 0x9A, 1], 0)] {
            var depacketiser = Depacketiser(.h264, framing: .annexB, maximumFrameSize: 1 << 20)
            depacketiser.adopt(parameterSet: RealSets.h264Sequence.span)
            depacketiser.adopt(parameterSet: RealSets.h264Picture.span)
            let frames = depacketiser.frames(SentPayload(bytes: first, isLast: true))
            #expect(frames.count == count)
            #expect(depacketiser.needsKeyframe == (count == 0))
        }
        // Where sets come in the payloads, those of this keyframe may be what was lost.
        var depacketiser = Depacketiser(.h264, framing: .annexB, maximumFrameSize: 1 << 20)
        for bytes in [RealSets.h264Sequence, RealSets.h264Picture, slice] {
            _ = depacketiser.frames(SentPayload(bytes: bytes, isLast: bytes == slice))
        }
        #expect(!depacketiser.needsKeyframe)
        let frames = depacketiser.frames(
            SentPayload(bytes: slice, isLast: true, timestamp: 1), isAfterGap: true)
        #expect(frames.isEmpty && depacketiser.needsKeyframe)
    }

    @Test func `a picture of intra slices with a sequence set is a keyframe`() {
        let sets = [RealSets.h264Sequence, RealSets.h264Picture]
        for (slices, isKey) in [
            ([[0x61, 0xB0, 1]], true), ([[0x61, 0x88, 1]], true), ([[0x61, 0x9A, 1]], false),
            ([[0x61, 0xB0, 1], [0x61, 0x5A, 1]], false),
        ] as [([[UInt8]], Bool)] {
            let frames = depacketise(.h264, sets + slices)
            #expect(frames.first?.description.isKeyframe == isKey)
        }
        #expect(depacketise(.vp9, [hex("0c 82")]).first?.description.isKeyframe == true)
        // Intra-only: not predicted, but no keyframe.
        #expect(depacketise(.vp9, [hex("0c 84")]).first?.description.isKeyframe == false)
    }

    @Test func `parts that don't fit together discard their frame`() {
        let cases: [(codec: Codec, payloads: [String])] = [
            // Begun and not ended.
            (.h264, ["0910", "7c8588"]), (.h265, ["40010c", "620193af"]), (.vp9, ["08 82"]),
            (.av1, ["68 03 08aabb 30"]), (.av1, ["78 03 08aabb 02 3010 30"]),
            // Another begins before the end.
            (.h264, ["0910", "7c8588", "6588"]), (.h264, ["0910", "7c8588", "7c8588", "7c4501"]),
            (.h265, ["40010c", "620193af", "2601af"]), (.vp8, ["10 10aa", "10 bb"]),
            (.vp9, ["08 82", "08 83", "04 84"]), (.av1, ["68 03 08aabb 30", "10 3010"]),
            // Ended and not begun.
            (.h264, ["0910", "7c4588"]), (.h265, ["40010c", "620153af"]),
            (.av1, ["28 03 08aabb 3010", "90 cc"]), (.av1, ["28 03 08aabb 3010", "90 3010"]),
            (.vp9, ["0c 82", "04 83"]),
        ]
        for (codec, payloads) in cases {
            var depacketiser = Depacketiser(codec, framing: .annexB, maximumFrameSize: 1 << 20)
            for (index, text) in payloads.enumerated() {
                let isLast = index == payloads.count - 1
                let frames = depacketiser.frames(SentPayload(bytes: hex(text), isLast: isLast))
                #expect(frames.isEmpty, "\(codec) \(payloads)")
            }
            #expect(depacketiser.counts.framesDiscarded == 1, "\(codec) \(payloads)")
            #expect(depacketiser.needsKeyframe)
        }
        // A frame of VP8 that goes on where none has begun, though nothing was lost.
        var depacketiser = Depacketiser(.vp8, framing: .annexB, maximumFrameSize: 1 << 20)
        #expect(depacketiser.frames(SentPayload(bytes: hex("10 10"), isLast: true)).count == 1)
        let next = SentPayload(bytes: hex("00 11"), isLast: true, timestamp: 1)
        #expect(depacketiser.frames(next).isEmpty && depacketiser.needsKeyframe)
    }

    @Test func `filler is taken out, even where it came in fragments`() {
        let sets = [RealSets.h264Sequence, RealSets.h264Picture]
        let plain = depacketise(.h264, sets + [[0x65, 0x88, 1]])
        #expect(plain.count == 1)
        let behind = depacketise(
            .h264,
            sets + [
                [0x65, 0x88, 1], [0x1C, 0x8C, 0xFF], [0x1C, 0x0C, 0xFF], [0x1C, 0x4C, 0x80],
            ])
        #expect(behind == plain)
    }

    @Test func `an empty payload belongs to no frame, but its gap counts`() {
        var depacketiser = Depacketiser(.vp8, framing: .annexB, maximumFrameSize: 1 << 20)
        let key = SentPayload(bytes: hex("10 1062"), isLast: true)
        #expect(depacketiser.frames(key).count == 1)
        #expect(!depacketiser.needsKeyframe)
        let empty = SentPayload(bytes: [], isLast: false)
        #expect(depacketiser.frames(empty).isEmpty && !depacketiser.needsKeyframe)
        #expect(depacketiser.frames(empty, isAfterGap: true).isEmpty)
        let next = SentPayload(bytes: hex("10 1162"), isLast: true, timestamp: 1)
        #expect(depacketiser.frames(next).first?.description.isDamaged == true)
    }

    @Test func `what a format doesn't allow is discarded`() {
        let cases: [(codec: Codec, payload: String)] = [
            (.h264, "19 0000 0003 670102"), (.h264, "1a 0000 0003"), (.h264, "1b"),
            (.h264, "1d 85 00"), (.h264, "1c"), (.h264, "1c 85"), (.h264, "78 0009 6701"),
            (.h264, "00"), (.h264, "1f"), (.h264, "7c 05 01"), (.h265, "26"), (.h265, "6201"),
            (.h265, "6201 93"), (.h265, "6401 0000"), (.h265, "6201 13 01"),
            (.vp8, "90 80"), (.vp8, "10"), (.vp9, "8c"), (.vp9, "0c"), (.av1, "10"),
        ]
        for (codec, text) in cases {
            #expect(depacketise(codec, [hex(text)]).isEmpty, "\(codec) \(text)")
        }
    }

    @Test func `all layers of a VP9 picture make one frame`() {
        let frames = depacketise(
            .vp9, [hex("a8 01 00 07 82aa"), hex("a4 01 00 07 bb"), hex("ac 01 03 07 cc")])
        #expect(frames.map(\.bytes) == [hex("82aabbcc")])
        #expect(frames.first?.description.isKeyframe == true)
        #expect(depacketise(.vp9, [hex("a8 01 00 07 82aa"), hex("ac 01 03 07 cc")]).isEmpty)
    }
}

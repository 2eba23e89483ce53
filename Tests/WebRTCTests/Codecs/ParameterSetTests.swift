import Primitives
import Testing
import WebRTC

/// What stands before a keyframe, and what a relay reads of it.
@Suite struct ParameterSetTests {
    @Test func `the sets of x264 tell size, profile and reordering`() {
        let baseline = H264SequenceParameters(RealSets.h264Sequence.span)
        #expect(baseline?.size == PictureSize(width: 320, height: 180))
        #expect(baseline?.profile == 66 && baseline?.level == 12)
        #expect(baseline?.profileLevelID == 0x42C00C)
        #expect(baseline?.reorderedFrames == 0 && baseline?.mayReorder == false)
        let high = H264SequenceParameters(RealSets.h264High.span)
        #expect(high?.size == PictureSize(width: 320, height: 180))
        #expect(high?.profile == 100 && high?.chromaFormat == 1 && high?.lumaDepth == 8)
        #expect(high?.reorderedFrames == 2 && high?.mayReorder == true)
        #expect(H264SequenceParameters(RealSets.h264Picture.span) == nil)
    }

    @Test func `the set of x265 tells size and reordering`() {
        let parsed = H265SequenceParameters(RealSets.h265Sequence.span)
        #expect(parsed?.size == PictureSize(width: 320, height: 180))
        #expect(parsed?.profile == 1 && parsed?.level == 60 && parsed?.identifier == 0)
        #expect(parsed?.reorderedFrames == 2)
    }

    @Test func `a set that is cut off anywhere never traps`() {
        for set in [RealSets.h264Sequence, RealSets.h264High, RealSets.h265Sequence] {
            for count in 0..<set.count {
                let part = Array(set[..<count])
                _ = H264SequenceParameters(part.span)
                _ = H265SequenceParameters(part.span)
            }
        }
    }

    @Test func `a keyframe without its parameter sets gets the latest`() throws {
        let start: [UInt8] = [0, 0, 0, 1]
        let slice: [UInt8] = [0x65, 0x88, 1]
        let sets = start + RealSets.h264Sequence + start + RealSets.h264Picture
        for (repeats, count) in [(true, 3), (false, 1)] {
            var packetiser = Packetiser(
                .h264, framing: .annexB, repeatsParameterSets: repeats, pictureID: 0)
            _ = try packetiser.payloads(sets + start + slice, limit: 100)
            let payloads = try packetiser.payloads(start + slice, limit: 100)
            #expect(payloads.count == 1)
            #expect(units(.h264, payloads[0].bytes).count == count)
            // An encoder that repeats only one of them.
            let partly = try packetiser.payloads(
                start + [6, 5, 1] + start + RealSets.h264Sequence + start + slice, limit: 100)
            let types = units(.h264, partly[0].bytes).map(\.type)
            #expect(types == (repeats ? [6, 7, 8, 5] : [6, 7, 5]))
            let other = try packetiser.payloads(
                start + RealSets.h264Picture + start + slice, limit: 100)
            let otherTypes = units(.h264, other[0].bytes).map(\.type)
            #expect(otherTypes == (repeats ? [7, 8, 5] : [8, 5]))
        }
    }

    private func units(_ codec: Codec, _ payload: [UInt8]) -> [PayloadUnits.Unit] {
        var walk = PayloadUnits(codec)
        var units: [PayloadUnits.Unit] = []
        while let unit = walk.next(in: payload.span) { units.append(unit) }
        return units
    }

    @Test func `a set replaces the one of its identifier`() {
        var sets = ParameterSets(.h264)
        sets.keep(RealSets.h264Picture.span)
        sets.keep(RealSets.h264Sequence.span)
        sets.keep(RealSets.h264Sequence.span)
        #expect(sets.count == 2 && sets.isComplete)
        // Sorted as a decoder needs them, whatever the order they came in.
        #expect(sets[0] == RealSets.h264Sequence)
        sets.keep([0x68, 0xCE, 0x3C, 0x80].span)
        #expect(sets.count == 2 && sets[1] == [0x68, 0xCE, 0x3C, 0x80])
        for identifier: UInt8 in 0..<64 { sets.keep([0x68, 1, identifier << 2 | 2].span) }
        #expect(sets.count <= 16)
    }

    @Test func `avcC is read back as written`() throws {
        let configuration = try #require(
            AVCConfiguration(
                sequenceParameters: [RealSets.h264High],
                pictureParameters: [RealSets.h264Picture], lengthSize: .four))
        let bytes = configuration.bytes
        #expect(Array(bytes.prefix(6)) == [1, 0x64, 0x00, 0x0C, 0xFF, 0xE1])
        #expect(Array(bytes.suffix(4)) == [0xFD, 0xF8, 0xF8, 0])
        #expect(AVCConfiguration(parsing: bytes.span) == configuration)
        for count in 0..<bytes.count - 4 {
            #expect(AVCConfiguration(parsing: bytes.span.extracting(0..<count)) == nil)
        }
        #expect(
            AVCConfiguration(sequenceParameters: [], pictureParameters: [], lengthSize: .four)
                == nil)
    }

    @Test func `hvcC gives its parameter sets`() {
        let sets = RealSets.key(.h265)
        var bytes = [1] + [UInt8](repeating: 0, count: 20) + [0x0F, 3]
        for (index, set) in sets.enumerated() {
            bytes += [0xA0 | UInt8(32 + index), 0, 1, 0, UInt8(set.count)] + set
        }
        let configuration = HEVCConfiguration(parsing: bytes.span)
        #expect(configuration?.lengthSize == .four && configuration?.parameterSets == sets)
        for count in bytes.indices {
            #expect(HEVCConfiguration(parsing: bytes.span.extracting(0..<count)) == nil)
        }
    }

    @Test func `B slices are seen in every form of payload`() {
        let cases: [(payload: String, isFound: Bool)] = [
            // first_mb_in_slice 0, then slice_type 1 and 6 (B), 0 and 5 (P), 2 and 7 (I).
            ("01a0", true), ("019e", true), ("41c0", false), ("419a", false), ("41b0", false),
            ("6588", false), ("1c81a0", true), ("1c01a0", false), ("78 0002 0601 0002 01a0", true),
            ("01", false), ("", false),
        ]
        for (text, isFound) in cases {
            let payload = hex(text)
            #expect(
                PayloadInspection.hasBidirectionalSlice(.h264, payload: payload.span) == isFound,
                "\(text)")
        }
    }

    @Test func `sprop-parameter-sets is read back as written`() {
        let sets = [RealSets.h264Sequence, RealSets.h264Picture]
        let text = SpropParameterSets.text(sets)
        #expect(text == "Z0LADNoFBn58BEAAAAMAQAAAB6PFCqg=,aM4PyA==")
        #expect(SpropParameterSets.parse(text) == sets)
        #expect(SpropParameterSets.parse("aM4PyA") == [RealSets.h264Picture])
        #expect(SpropParameterSets.parse(",aM4PyA==,") == [RealSets.h264Picture])
        for text in ["a", "aM4P!A==", "aM4PyA===", "é"] {
            #expect(SpropParameterSets.parse(text) == nil, "\(text)")
        }
        #expect(SpropParameterSets.parse(String(repeating: "aM4PyA==,", count: 17)) == nil)
    }

    @Test func `a frame changes its framing and back`() throws {
        let units: [[UInt8]] = [[0x67, 1], [0x68, 0, 2], [0x65, 3, 0, 0, 3, 1]]
        var annexB: [UInt8] = []
        for unit in units { #expect(NALFraming.annexB.append(unit.span, to: &annexB)) }
        for size in [NALLengthSize.one, .two, .four] {
            var prefixed: [UInt8] = []
            try NALFraming.annexB.convert(
                annexB.span, to: .lengthPrefixed(size), into: &prefixed)
            #expect(prefixed.count == 11 + 3 * size.rawValue)
            var back: [UInt8] = []
            try NALFraming.lengthPrefixed(size).convert(prefixed.span, to: .annexB, into: &back)
            #expect(back == annexB)
        }
        let long: [UInt8] = [0, 0, 1] + [UInt8](repeating: 9, count: 256)
        var output: [UInt8] = []
        #expect(throws: NALProblem.unitTooLong(256)) {
            try NALFraming.annexB.convert(long.span, to: .lengthPrefixed(.one), into: &output)
        }
    }

    @Test func `NAL units are found between start codes of any length`() throws {
        let cases: [(bytes: String, units: [Range<Int>])] = [
            ("000001 67", [3..<4]), ("00000001 67 000001 68", [4..<5, 8..<9]),
            ("0000000000 01 67 0000 00000001 6800 00", [6..<7, 13..<14]),
            ("000001 000001 67", [6..<7]), ("000001", []), ("", []),
            ("000001 6700 0002 000001 68", [3..<7, 10..<11]),
        ]
        for (text, expected) in cases {
            let bytes = hex(text)
            var walk = NALWalk(.annexB)
            var found: [Range<Int>] = []
            while let range = try walk.next(in: bytes.span) { found.append(range) }
            #expect(found == expected, "\(text)")
        }
    }

    @Test func `a keyframe is known by its first payload`() {
        let sequence = "6742c00cda05067e7c04400000030040000007a3c50aa8"
        let cases: [(codec: Codec, payload: String, isKey: Bool, width: Int?)] = [
            (.h264, sequence, true, 320), (.h264, "78 0017 \(sequence) 0004 68ce0fc8", true, 320),
            (.h264, "6588", true, nil), (.h264, "7c8588", true, nil), (.h264, "7c0588", false, nil),
            (.h264, "419a", false, nil), (.h264, "7c819a", false, nil), (.h264, "", false, nil),
            (.h264, "78 0002 0601 0002 6588", true, nil), (.h264, "78 00", false, nil),
            (.h265, "2601af", true, nil), (.h265, "620193af", true, nil),
            (.h265, "620113af", false, nil), (.h265, "0201af", false, nil),
            (.h265, "40010c01", true, nil),
            (.vp8, "10 1062009d012a4001b400", true, 320), (.vp8, "10 11", false, nil),
            (.vp8, "00 1062009d012a4001b400", false, nil), (.vp8, "11 10", false, nil),
            (.vp9, "8c 11 824983420013f00b36", true, 320), (.vp9, "cc 11 86", false, nil),
            (.vp9, "84 11 82", false, nil), (.vp9, "ac 11 02 07 82", false, nil),
            (.av1, "28 0b 08 000000043cfeccfbf900 30 10", true, 320),
            (.av1, "20 0b 08 000000043cfeccfbf900 30 10", true, 320),
            (.av1, "90 08", false, nil), (.av1, "10 3010", false, nil), (.av1, "", false, nil),
            (.opus, "fc", true, nil),
        ]
        for (codec, text, isKey, width) in cases {
            let payload = hex(text)
            let place = "\(codec) \(text)"
            #expect(
                PayloadInspection.isKeyframeStart(codec, payload: payload.span) == isKey, "\(place)"
            )
            let size = PayloadInspection.pictureSize(codec, payload: payload.span)
            #expect(size?.width == width, "\(place)")
        }
    }

    @Test func `codecs are known by name, whatever its case`() {
        for codec in Codec.allCases {
            #expect(Codec(encodingName: codec.encodingName.uppercased()) == codec)
        }
        #expect(Codec(encodingName: "OPUS") == .opus && Codec(encodingName: "rtx") == nil)
    }
}

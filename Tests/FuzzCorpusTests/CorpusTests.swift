import FuzzBodies
import TestSupport
import Testing

/// Every input that fuzzing has kept, run again: no trap, and the promises hold.
@Suite struct CorpusTests {
    private static let root =
        #filePath.split(separator: "/", omittingEmptySubsequences: false)
        .dropLast(3).joined(separator: "/") + "/Fuzz/Corpus"

    private static let bodies: [(name: String, body: @Sendable ([UInt8]) -> Void)] = [
        ("json", { fuzzJSON($0) }), ("csv", { fuzzCSV($0) }), ("skufile", { fuzzSKUFile($0) }),
        ("showfile", { fuzzShowFile($0) }), ("arguments", { fuzzArguments($0) }),
        ("stun", { fuzzSTUN($0) }), ("sdp", { fuzzSDP($0) }), ("rtp", { fuzzRTP($0) }),
        ("rtcp", { fuzzRTCP($0) }), ("h264", { fuzzH264($0) }), ("h265", { fuzzH265($0) }),
        ("vp8", { fuzzVP8($0) }), ("vp9", { fuzzVP9($0) }), ("av1", { fuzzAV1($0) }),
        ("http", { fuzzHTTP($0) }), ("signaling", { fuzzSignaling($0) }),
        ("peer", { fuzzPeer($0) }), ("srtp", { fuzzSRTP($0) }),
        ("keyframe", { fuzzKeyframe($0) }), ("lists", { fuzzLists($0) }),
        ("pattern", { fuzzPattern($0) }), ("playlist", { fuzzPlaylist($0) }),
        ("timeline", { fuzzTimeline($0) }), ("cutlist", { fuzzCutList($0) }),
        ("stamp", { fuzzStamp($0) }), ("ntp", { fuzzNTP($0) }),
        ("report", { fuzzReport($0) }), ("assertion", { fuzzAssertion($0) }),
        ("resp", { fuzzRESP($0) }), ("reservation", { fuzzReservation($0) }),
        ("snapshot", { fuzzSnapshot($0) }), ("mp4", { fuzzMP4($0) }), ("job", { fuzzJob($0) }),
    ]

    @Test func `the kept corpus runs clean`() throws {
        for (name, body) in Self.bodies {
            let folder = "\(Self.root)/\(name)"
            let listing = try ProcessRun.run("/bin/ls", [folder], environment: [:]).output
            let files = listing.split(separator: "\n")
            #expect(files.count >= 10, "\(name) has lost its corpus")
            for file in files { body(Files.bytes("\(folder)/\(file)") ?? []) }
        }
    }
}

import Movies
import Testing
import WebRTC

/// What pictures are, by their bytes: with real files of x264 and x265.
@Suite(.enabled(if: MadeMovies.canMake, "ffmpeg is not installed"))
struct PictureScanTests {
    private func natures(_ path: String) throws -> [PictureNature] {
        let bytes = try #require(MadeMovies.bytes(path))
        let movie = try MadeMovies.read(bytes)
        let track = movie.tracks[0]
        let scan = PictureScan(track.formats[0])
        #expect(scan.looksAtBytes)
        return try track.frames.map { frame in
            var read = 0
            let look = scan.look(at: frame) { place, count in
                read += count
                return Array(bytes[Int(place)..<Int(place) + count])
            }
            #expect(read < 2048)
            return try #require(look).nature
        }
    }

    private func count(_ natures: [PictureNature], _ wanted: PictureNature) -> Int {
        natures.count { $0 == wanted }
    }

    @Test func `each keyframe of a closed GOP is an IDR`() throws {
        let natures = try natures(MadeMovies.usual("plain.mp4"))
        for (index, nature) in natures.enumerated() {
            #expect((nature == .instant) == (index % 15 == 0), "\(index)")
        }
        #expect(count(natures, .disposable) > 10)
        #expect(count(natures, .referenced) > 10)
    }

    @Test func `keyframes of an open GOP are recovery points`() throws {
        let natures = try natures(
            MadeMovies.usual("open.mp4", picture: ["-x264-params", "open-gop=1"]))
        #expect(natures[0] == .instant)
        #expect(count(natures, .instant) == 1)
        #expect(count(natures, .recovery(frames: 0)) == 3)
    }

    @Test func `periodic intra refresh recovers after some frames`() throws {
        let natures = try natures(
            MadeMovies.usual("refresh.mp4", picture: ["-x264-params", "intra-refresh=1:bframes=0"]))
        #expect(natures[0] == .instant)
        #expect(
            natures.contains {
                if case .recovery(let frames) = $0 { frames > 1 } else { false }
            })
    }

    @Test func `H265 tells CRA and its leading pictures from IDR`() throws {
        let tail = ["-c:v", "libx265", "-tag:v", "hvc1", "-x265-params"]
        let closed = try natures(
            MadeMovies.usual(
                "hevcclosed.mp4", picture: tail + ["log-level=none:open-gop=0:keyint=15"]))
        #expect(count(closed, .instant) == 4)
        #expect(count(closed, .open) == 0)
        let open = try natures(
            MadeMovies.usual(
                "hevcopen.mp4", picture: tail + ["log-level=none:open-gop=1:keyint=15"]))
        #expect(count(open, .instant) + count(open, .open) == 4)
        #expect(count(open, .open) >= 3)
        #expect(count(open, .skippedLeading) > 0)
        #expect(count(open, .disposable) > 0)
    }

    @Test func `bytes that are no units are damaged`() throws {
        let bytes = try #require(MadeMovies.bytes(MadeMovies.usual("plain.mp4")))
        let track = try MadeMovies.read(bytes).tracks[0]
        let scan = PictureScan(track.formats[0])
        for filler in [0, 0xFF, 0x01, 0x67] as [UInt8] {
            let look = scan.look(at: track.frames[3]) { _, count in
                Array(repeating: filler, count: count)
            }
            #expect(look?.nature == .damaged || filler == 1)
        }
        #expect(scan.look(at: track.frames[3]) { _, _ in nil } == nil)
    }
}

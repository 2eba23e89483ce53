import Movies
import Testing
import WebRTC

/// What we read of movies, packet by packet against what ffprobe reads.
@Suite(.enabled(if: MadeMovies.canMake, "ffmpeg is not installed"))
struct MovieReaderTests {
    struct Made: CustomTestStringConvertible {
        var name: String
        var picture: [String] = []
        var sound: [String] = ["-c:a", "aac"]
        var mux: [String] = []
        var rate = "30"
        var testDescription: String { name }

        func make() throws -> String {
            try MadeMovies.usual(name, picture: picture, sound: sound, mux: mux, rate: rate)
        }
    }

    static let fragments = ["-movflags", "frag_keyframe+empty_moov+default_base_moof"]
    static let cases = [
        Made(name: "plain.mp4"),
        Made(name: "front.mp4", mux: ["-movflags", "+faststart"]),
        Made(name: "noreorder.mp4", picture: ["-bf", "0"]),
        Made(name: "open.mp4", picture: ["-x264-params", "open-gop=1"]),
        Made(name: "negative.mp4", mux: ["-movflags", "negative_cts_offsets"]),
        Made(name: "ntsc.mp4", rate: "30000/1001"),
        Made(name: "plain.mov"),
        Made(name: "pcm.mov", sound: ["-c:a", "pcm_s16le"]),
        Made(name: "pcm24.mov", sound: ["-c:a", "pcm_s24be", "-ac", "2"]),
        Made(name: "alac.mov", sound: ["-c:a", "alac"]),
        Made(name: "ima4.mov", sound: ["-c:a", "adpcm_ima_qt", "-ac", "2"]),
        Made(name: "ulaw.mov", sound: ["-c:a", "pcm_mulaw"]),
        Made(name: "float96.mov", sound: ["-c:a", "pcm_f32le", "-ar", "96000"]),
        Made(name: "prores.mov", picture: ["-c:v", "prores_ks"], sound: ["-an"]),
        Made(name: "frag.mp4", mux: fragments),
        Made(name: "fraghybrid.mp4", mux: ["-movflags", "frag_keyframe"]),
        Made(name: "fragbase.mp4", mux: ["-movflags", "frag_keyframe+empty_moov"]),
        Made(
            name: "fragomit.mp4", mux: ["-movflags", "frag_keyframe+empty_moov+omit_tfhd_offset"]),
        Made(name: "fragdelay.mp4", mux: ["-movflags", "frag_keyframe+delay_moov"]),
        Made(name: "fragframe.mp4", mux: ["-movflags", "frag_every_frame+empty_moov"]),
        Made(
            name: "fragseparate.mp4",
            mux: ["-movflags", "frag_keyframe+empty_moov+separate_moof+skip_sidx"]),
        Made(name: "cmaf.mp4", mux: ["-movflags", "cmaf+frag_keyframe+global_sidx"]),
        Made(
            name: "fragnegative.mp4",
            mux: ["-movflags", "frag_keyframe+empty_moov+default_base_moof+negative_cts_offsets"]),
        Made(
            name: "hevc.mp4",
            picture: ["-c:v", "libx265", "-tag:v", "hvc1", "-x265-params", "log-level=none"]),
        Made(name: "opus.mp4", sound: ["-c:a", "libopus"]),
        Made(name: "mp3.mp4", sound: ["-c:a", "libmp3lame"]),
        Made(name: "flac.mp4", sound: ["-c:a", "flac", "-strict", "-2"]),
        Made(
            name: "vp9.mp4",
            picture: ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"]),
        Made(name: "mpeg4.mp4", picture: ["-c:v", "mpeg4"]),
        Made(name: "mono.mp4", picture: ["-vn"]),
        Made(
            name: "vfr.mp4",
            picture: ["-vf", "select='not(mod(n,3)*mod(n,7))'", "-fps_mode", "vfr"]),
    ]

    @Test(arguments: cases)
    func `frames are those that ffprobe finds`(_ made: Made) throws {
        let path = try made.make()
        let movie = try MadeMovies.read(path)
        #expect(movie.damages == [])
        #expect(movie.isFragmented == (made.name.hasPrefix("frag") || made.name == "cmaf.mp4"))
        for (index, track) in movie.tracks.enumerated() {
            let packets = try MadeMovies.packets(path, index)
            // ffprobe puts raw sound together as it likes.
            if case .other = track.formats[0].coding, track.kind == .sound,
                track.frames.count != packets.count
            {
                #expect(
                    track.frames.reduce(0) { $0 + Int64($1.count) }
                        == packets.reduce(0) { $0 + $1.count })
                #expect(
                    track.frames.reduce(0) { $0 + Int64($1.duration) }
                        == packets.reduce(0) { $0 + $1.duration })
                continue
            }
            try #require(track.frames.count == packets.count, "\(track.kind)")
            // ffprobe moves all of a track so that nothing is shown before it is decoded.
            let shift = (packets.first?.decoding ?? 0) - (track.frames.first?.decoding ?? 0)
            let later =
                (packets.first?.presentation ?? 0) - (track.frames.first?.presentation ?? 0)
            for (number, frame) in track.frames.enumerated() {
                var packet = packets[number]
                // What it calls a duration is at times what the codec says.
                let next = number + 1 < packets.count ? packets[number + 1].decoding : nil
                packet.duration = next.map { $0 - packet.decoding } ?? Int64(frame.duration)
                // Here ffmpeg's fragments say one duration and begin at another time.
                if made.name == "fragframe.mp4" { packet.duration = Int64(frame.duration) }
                let read = MadeMovies.Packet(
                    presentation: frame.presentation + later, decoding: frame.decoding + shift,
                    duration: Int64(frame.duration), count: Int64(frame.count),
                    place: frame.place, isKey: frame.isSync)
                #expect(read == packet, "frame \(number) of \(track.kind)")
                if read != packet { break }
            }
        }
    }
}

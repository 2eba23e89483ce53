import Media
import Primitives
import WebRTC

/// What decoding all of a track has shown.
struct DecodedTrack: Sendable, Equatable {
    let index: Int
    let isPicture: Bool
    /// `h264`, `aac`…
    let codec: String
    let profile: String?
    let size: PictureSize?
    /// Pictures or runs of samples that came out.
    var count = 0
    var damaged = 0
    var firstDamage: Int64?
    var firstBackwards: Int64?
    /// In microseconds; the first is nil before any came.
    var first: Int64?
    var end: Int64 = 0
    var widestGap: (at: Int64, length: Int64) = (0, 0)
    /// When keyframes are shown.
    var keyframes: [Int64] = []
    var startsWithKeyframe = true

    static func == (one: DecodedTrack, other: DecodedTrack) -> Bool {
        one.index == other.index && one.count == other.count && one.end == other.end
    }

    var name: String { isPicture ? "picture" : "sound" }
}

/// Decodes all of an input, and keeps what is wrong with it.
struct TrialDecoding {
    private(set) var tracks: [DecodedTrack]
    private let reader: InputReader
    private let stop: StopFlag

    enum Limits {
        static let keyframes = 1_000_000
        /// Longer than any picture stands, in microseconds.
        static let gap: Int64 = 1_500_000
    }

    init(_ reader: InputReader, stop: StopFlag) {
        self.reader = reader
        self.stop = stop
        tracks = reader.tracks.map { track in
            var size: PictureSize?
            if case .picture(let content) = track.content { size = content.size }
            return DecodedTrack(
                index: track.index, isPicture: track.kind == .video, codec: track.codec.name,
                profile: track.profile, size: size)
        }
    }

    static func opened(_ path: String, stop: StopFlag) throws(MediaError) -> TrialDecoding {
        let options = InputOptions(start: .zero, probing: .quick, timeout: .seconds(60))
        return TrialDecoding(
            try InputReader(.file(path: path), options: options, stop: stop), stop: stop)
    }

    static func opened(
        memory bytes: [UInt8], stop: StopFlag
    ) throws(MediaError) -> TrialDecoding {
        let options = InputOptions(start: .zero, probing: .quick, timeout: .seconds(60))
        return TrialDecoding(
            try InputReader(memory: bytes, as: .mp4, options: options, stop: stop), stop: stop)
    }

    mutating func run(
        threads: Int, progress: (Int64) -> Void, look: (Picture, Int64) throws(MediaError) -> Void
    ) throws(MediaError) {
        let lanes = try reader.tracks.map { (track) throws(MediaError) in
            try Lane(track, of: reader, threads: threads)
        }
        let frame = CodedFrame()
        while try reader.read(into: frame) {
            guard let place = tracks.firstIndex(where: { $0.index == frame.track }) else {
                continue
            }
            if stop.isRaised { throw .stopped }
            note(frame, at: place, lanes[place].timeBase)
            try decode(frame, at: place, lanes[place], look)
            if tracks[place].isPicture { progress(tracks[place].end) }
        }
        for place in lanes.indices { try decode(nil, at: place, lanes[place], look) }
    }

    /// A decoder and what it decodes into.
    private struct Lane {
        let timeBase: TimeBase
        let video: VideoDecoder?
        let audio: AudioDecoder?
        let picture = Picture()
        let sound = Sound()

        init(
            _ track: TrackDescription, of reader: InputReader, threads: Int
        ) throws(MediaError) {
            timeBase = track.timeBase
            switch track.kind {
            case .video:
                video = try VideoDecoder(track: track.index, of: reader, threads: threads)
                audio = nil
            case .audio:
                audio = try AudioDecoder(track: track.index, of: reader)
                video = nil
            }
        }

        var damaged: Int { (video?.damagedFrames ?? 0) + (audio?.damagedFrames ?? 0) }
    }

    private mutating func note(_ frame: CodedFrame, at place: Int, _ timeBase: TimeBase) {
        let time = frame.presentation.map { timeBase.rescale($0, to: .microseconds) } ?? 0
        if !frame.isHidden {
            let length = timeBase.rescale(frame.duration, to: .microseconds)
            tracks[place].end = max(tracks[place].end, time + length)
        }
        guard tracks[place].isPicture else { return }
        if tracks[place].count == 0, tracks[place].keyframes.isEmpty, !frame.isKeyframe {
            tracks[place].startsWithKeyframe = false
        }
        if frame.isKeyframe, tracks[place].keyframes.count < Limits.keyframes {
            tracks[place].keyframes.append(time)
        }
    }

    private mutating func decode(
        _ frame: CodedFrame?, at place: Int, _ lane: Lane,
        _ look: (Picture, Int64) throws(MediaError) -> Void
    ) throws(MediaError) {
        let before = lane.damaged
        if let video = lane.video {
            try video.send(frame)
            while try video.receive(into: lane.picture) {
                let time = take(lane.picture.presentation, at: place, lane.timeBase)
                if lane.picture.isDamaged { blame(place, at: time) }
                try look(lane.picture, time)
            }
        } else if let audio = lane.audio {
            try audio.send(frame)
            while try audio.receive(into: lane.sound) {
                _ = take(lane.sound.presentation, at: place, lane.timeBase)
            }
        }
        for _ in before..<lane.damaged {
            let time = frame?.presentation.map { lane.timeBase.rescale($0, to: .microseconds) }
            blame(place, at: time ?? tracks[place].end)
        }
    }

    private mutating func blame(_ place: Int, at time: Int64) {
        tracks[place].damaged += 1
        tracks[place].firstDamage = tracks[place].firstDamage ?? time
    }

    private mutating func take(_ ticks: Int64?, at place: Int, _ timeBase: TimeBase) -> Int64 {
        let last = lastTimes[place]
        let time = ticks.map { timeBase.rescale($0, to: .microseconds) } ?? last ?? 0
        if let last {
            if time <= last {
                tracks[place].firstBackwards = tracks[place].firstBackwards ?? time
            } else if time - last > tracks[place].widestGap.length {
                tracks[place].widestGap = (last, time - last)
            }
        }
        tracks[place].count += 1
        tracks[place].first = tracks[place].first ?? time
        lastTimes[place] = time
        return time
    }

    private var lastTimes: [Int: Int64] = [:]
}

extension VerifyReport {
    /// What is wrong with tracks that were decoded.
    mutating func take(_ tracks: [DecodedTrack], file: String) {
        for track in tracks {
            if track.isPicture { pictures += track.count } else { sounds += track.count }
            if track.count == 0 { add(.noFrames(track: track.name), file: file) }
            if track.damaged > 0 {
                add(
                    .undecodable(track: track.name, count: track.damaged), file: file,
                    at: track.firstDamage)
            }
            if let time = track.firstBackwards {
                add(.timesNotRising(track: track.name), file: file, at: time)
            }
            if track.isPicture, track.widestGap.length > TrialDecoding.Limits.gap {
                add(
                    .gap(track: track.name, microseconds: track.widestGap.length), file: file,
                    at: track.widestGap.at)
            }
        }
    }
}

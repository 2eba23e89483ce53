internal import CFFmpeg
internal import Glibc
import Primitives
import WebRTC

/// How an input is opened.
package struct InputOptions: Sendable {
    /// Where to begin, from its start; at the keyframe before it.
    package var start: Duration
    package var probing: Probing
    /// The longest wait for an answer, or for the next frame of something live.
    package var timeout: Duration
    /// Whose certificates are believed, of servers that it is read from.
    package var trust: CertificateTrust

    /// How much of an input is looked at before it is read.
    package enum Probing: Sendable, Hashable {
        /// Its header, where that says enough; else as `full`.
        case quick
        /// Its first frames are decoded as well: B-frames, sizes and rates that no header tells.
        case full
    }

    package init(
        start: Duration, probing: Probing, timeout: Duration, trust: CertificateTrust = .system
    ) {
        self.start = start
        self.probing = probing
        self.timeout = timeout
        self.trust = trust
    }
}

/// An input that coded frames are read from, by libavformat. One thread uses it.
@safe
package final class InputReader {
    package enum Limits {
        package static let tracks = 64
        /// Unreadable frames one after another, before an input is given up.
        package static let damagedFrames = 1000
        /// How much of a live input is looked at, at most.
        static let liveProbing: Duration = .seconds(2)
        static let probing: Duration = .seconds(5)
    }

    /// Pictures and sounds, in the input's order.
    package let tracks: [TrackDescription]
    /// Whether it comes at its own pace: a device, a camera or a server of a live show.
    package let isLive: Bool
    /// Nil where it has no known end.
    package let duration: Duration?
    /// The time of its first frames, which containers don't always count from zero.
    package let startTime: Duration
    /// The container, by FFmpeg's name.
    package let formatName: String
    /// Whether B-frames were met so far, or are announced.
    package private(set) var hasReorderedFrames: Bool
    /// Whether presentations count from 1970: what devices capture.
    package var hasWallClock: Bool { captureClock != nil }

    let format: UnsafeMutablePointer<AVFormatContext>
    private let patience: Patience
    private let pipe: (any CustomInput)?
    private let opener: TrustingOpener?
    private var captureClock: CaptureClock?
    private var order: [(presentation: Int64, decoding: Int64)?]
    private var damagedFrames = 0

    package convenience init(
        _ address: InputAddress, options: InputOptions, stop: StopFlag
    ) throws(MediaError) {
        let mark = LibraryLog.shared.mark
        let patience = Patience(stop, timeout: options.timeout)
        let pipe = try PipeInput.needed(for: address, patience, mark)
        let opener = TrustingOpener(options.trust)
        let format = unsafe try Self.open(address, pipe, opener, patience, mark)
        let isLive = unsafe address.isLive || Self.isLive(format)
        var isDevice = false
        if case .device = address { isDevice = true }
        try unsafe self.init(
            format, options, isLive: isLive, isDevice: isDevice, patience, pipe, opener, mark)
    }

    /// Reads media that are held in memory: they can't be sought in, and name nothing else.
    package convenience init(
        memory bytes: [UInt8], as container: MemoryContainer, options: InputOptions,
        stop: StopFlag
    ) throws(MediaError) {
        let mark = LibraryLog.shared.mark
        let patience = Patience(stop, timeout: options.timeout)
        let memory = try MemoryInput(bytes)
        let format = unsafe try Self.open(container, memory, patience, mark)
        try unsafe self.init(
            format, options, isLive: false, isDevice: false, patience, memory, nil, mark)
    }

    /// Takes over a format that has been opened, and closes it where there is nothing in it.
    private init(
        _ format: UnsafeMutablePointer<AVFormatContext>, _ options: InputOptions, isLive: Bool,
        isDevice: Bool, _ patience: Patience, _ pipe: (any CustomInput)?,
        _ opener: TrustingOpener?, _ mark: LibraryLog.Mark
    ) throws(MediaError) {
        do throws(MediaError) {
            unsafe try Self.probe(format, options.probing, isLive: isLive, patience, mark)
            guard unsafe format.pointee.nb_streams <= Limits.tracks else {
                throw MediaError.overLimit(.tracks)
            }
            let tracks = unsafe Self.describe(format, isLive: isLive)
            guard !tracks.isEmpty else { throw MediaError.noTracks }
            self.tracks = tracks
        } catch {
            var format: UnsafeMutablePointer<AVFormatContext>? = unsafe format
            // The library asks and reads once more while it closes.
            withExtendedLifetime((pipe, opener, patience)) { unsafe avformat_close_input(&format) }
            throw error
        }
        unsafe self.format = format
        self.patience = patience
        self.pipe = pipe
        self.opener = opener
        captureClock = isDevice ? CaptureClock() : nil
        self.isLive = isLive
        let length = unsafe format.pointee.duration
        duration = length > 0 && !isLive ? TimeBase.microseconds.duration(length) : nil
        let start = unsafe format.pointee.start_time
        startTime = start == lc_no_pts ? .zero : TimeBase.microseconds.duration(start)
        formatName = unsafe String(cString: format.pointee.iformat.pointee.name)
        order = unsafe Array(repeating: nil, count: Int(format.pointee.nb_streams))
        hasReorderedFrames = tracks.contains { $0.hasReorderedFrames }
        if options.start > .zero { try seek(to: options.start) }
    }

    deinit {
        var format: UnsafeMutablePointer<AVFormatContext>? = unsafe format
        unsafe avformat_close_input(&format)
    }

    /// Reads the next frame of a track that is wanted; false at the end.
    package func read(into frame: CodedFrame) throws(MediaError) -> Bool {
        let mark = LibraryLog.shared.mark
        while true {
            patience.renew()
            // The library does not let go of what was there.
            frame.clear()
            let code = unsafe av_read_frame(format, frame.packet)
            switch code {
            case 0...:
                damagedFrames = 0
                guard order.indices.contains(frame.track),
                    tracks.contains(where: { $0.index == frame.track })
                else { continue }
                guard frame.count <= CodedFrame.Limits.bytes else {
                    throw .overLimit(.frameBytes)
                }
                putOnWallClock(frame)
                noteOrder(of: frame)
                return true
            case lc_averror_eof where !patience.stop.isRaised: return false
            case lc_averror_again: try waitAMoment()
            case lc_averror_invalid_data where damagedFrames < Limits.damagedFrames:
                damagedFrames += 1
            default:
                throw Self.error("av_read_frame", code, patience, mark)
            }
        }
    }

    /// Goes to the keyframe at or before a time that is counted from the input's start.
    package func seek(to time: Duration) throws(MediaError) {
        let mark = LibraryLog.shared.mark
        patience.renew()
        let ticks = TimeBase.microseconds.ticks(time + startTime)
        let code = unsafe avformat_seek_file(format, -1, .min, ticks, ticks, 0)
        guard code >= 0 else { throw Self.error("avformat_seek_file", code, patience, mark) }
        for index in order.indices { order[index] = nil }
    }

    /// Leaves out the frames of a track from now on.
    package func discard(track index: Int) {
        guard order.indices.contains(index) else { return }
        unsafe format.pointee.streams[index]?.pointee.discard = AVDISCARD_ALL
    }

    private func putOnWallClock(_ frame: CodedFrame) {
        guard captureClock != nil, let presentation = frame.presentation,
            let track = tracks.first(where: { $0.index == frame.track })
        else { return }
        let time = track.timeBase.rescale(presentation, to: .microseconds)
        guard let placed = captureClock?.place(time) else { return }
        let ticks = TimeBase.microseconds.rescale(placed, to: track.timeBase)
        unsafe frame.packet.pointee.pts = ticks
        unsafe frame.packet.pointee.dts = ticks
    }

    /// Frames that are shown before one that came earlier tell B-frames that no header has told.
    private func noteOrder(of frame: CodedFrame) {
        guard !hasReorderedFrames, let presentation = frame.presentation else { return }
        let decoding = frame.decoding ?? presentation
        // Where both step back, the input has jumped.
        if let last = order[frame.track], presentation < last.presentation,
            decoding > last.decoding
        {
            hasReorderedFrames = tracks.contains { $0.index == frame.track && $0.kind == .video }
        }
        order[frame.track] = (presentation, decoding)
    }

    /// A device that has nothing yet, and would not wait by itself.
    private func waitAMoment() throws(MediaError) {
        if let ending = patience.ending { throw ending }
        var pause = timespec(tv_sec: 0, tv_nsec: 1_000_000)
        unsafe nanosleep(&pause, nil)
    }

    static func error(
        _ function: String, _ code: Int32, _ patience: Patience, _ mark: LibraryLog.Mark
    ) -> MediaError {
        if let ending = patience.ending { return ending }
        return .library(LibraryProblem(function, code, since: mark))
    }
}

extension TrackDescription {
    package var hasReorderedFrames: Bool {
        switch content {
        case .picture(let picture): picture.hasReorderedFrames
        case .sound: false
        }
    }
}

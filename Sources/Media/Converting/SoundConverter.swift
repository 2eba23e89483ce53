internal import CFFmpeg
internal import Glibc
import Primitives

/// Makes sound of one format, cut into frames of one length, out of any.
///
/// The result has no gaps of its own: small ones of the input become silence, what overlaps is
/// left out, a clock that drifts is followed, and a jump begins anew.
@safe
package final class SoundConverter {
    package enum Limits {
        /// A difference below it is rounding of the container.
        static let tolerance: Duration = .milliseconds(3)
        /// Up to here sound is stretched; above it silence is put in, or samples are left out.
        static let stretched: Duration = .milliseconds(30)
        /// A longer gap, or a step back, is a jump: silence is not made for it.
        package static let longestGap: Duration = .seconds(2)
        static let channels = 64
        static let sampleRates = 1_000...768_000
    }

    package let format: SoundFormat
    private var resampler: OpaquePointer?
    private var input: Form?
    private let queue: SampleQueue
    /// The time of the next sample that is taken from the queue, in ticks of the result's rate.
    private var position: Int64?
    /// After so many samples of the queue the time is another.
    private var jump: (samples: Int, time: Int64)?
    /// A whole sound was left out: the next are cut to the sample.
    private var isCutting = false
    private let scratch = Sound()

    /// What a resampler is made for.
    private struct Form: Equatable {
        let sampleRate: Int
        let channels: Int
        let format: Int32
        let layout: UInt64
    }

    package init(to format: SoundFormat) throws(MediaError) {
        self.format = format
        queue = try SampleQueue(format)
    }

    deinit {
        unsafe swr_free(&resampler)
    }

    /// The result's ticks.
    package var timeBase: TimeBase {
        TimeBase(numerator: 1, denominator: Int32(format.sampleRate))
    }

    /// Takes the next sound, which begins at `time`. Then frames are received until there are none.
    package func send(_ sound: Sound, at time: Duration) throws(MediaError) {
        guard sound.count > 0 else { return }
        try prepare(sound)
        let arrival = timeBase.ticks(time)
        guard let expected else {
            position = arrival
            return try convert(sound, skipping: 0)
        }
        let difference = arrival - expected
        let allowed = isCutting ? Limits.tolerance : Limits.stretched
        if abs(difference) > timeBase.ticks(Limits.longestGap) {
            try finish()
            jump = (queue.count, arrival)
            if queue.count == 0 { arrive() }
            try prepare(sound)
        } else if difference > timeBase.ticks(Limits.stretched) {
            try queue.appendSilence(Int(difference), scratch)
        } else if difference < -timeBase.ticks(allowed) {
            let overlap = Int(-difference) * sound.sampleRate / format.sampleRate
            isCutting = overlap >= sound.count
            return try convert(sound, skipping: min(overlap, sound.count))
        } else if abs(difference) > timeBase.ticks(Limits.tolerance) {
            // Over the next second, which nobody hears.
            _ = unsafe swr_set_compensation(
                resampler, Int32(difference), Int32(format.sampleRate))
        }
        isCutting = false
        try convert(sound, skipping: 0)
    }

    /// Gives the next frame; false where there are not enough samples for one. Its presentation is
    /// in `timeBase`.
    package func receive(into sound: Sound) throws(MediaError) -> Bool {
        guard let start = position, queue.count >= format.frameCount else { return false }
        try sound.allocate(format)
        try queue.take(format.frameCount, into: sound)
        sound.presentation = start
        position = start + Int64(format.frameCount)
        jump?.samples -= format.frameCount
        if let jump, jump.samples <= 0 { arrive() }
        return true
    }

    /// When the next sound should begin; nil before the first.
    private var expected: Int64? {
        if let jump { return jump.time + Int64(queue.count - jump.samples) + delay }
        return position.map { $0 + Int64(queue.count) + delay }
    }

    private func arrive() {
        if let jump { position = jump.time }
        jump = nil
    }

    /// Brings out what the resampler holds, and fills the last frame with silence.
    package func finish() throws(MediaError) {
        guard unsafe resampler != nil else { return }
        try unsafe run(nil, 0)
        let rest = queue.count % format.frameCount
        if rest > 0 { try queue.appendSilence(format.frameCount - rest, scratch) }
        unsafe swr_free(&resampler)
        input = nil
    }

    /// Samples that are in the resampler, at the result's rate.
    private var delay: Int64 {
        unsafe resampler == nil ? 0 : swr_get_delay(resampler, Int64(format.sampleRate))
    }

    private func convert(_ sound: Sound, skipping count: Int) throws(MediaError) {
        guard count < sound.count else { return }
        let format = unsafe AVSampleFormat(rawValue: sound.frame.pointee.format)
        let isPlanar = av_sample_fmt_is_planar(format) != 0
        let width = Int(av_get_bytes_per_sample(format))
        let skipped = count * width * (isPlanar ? 1 : sound.channels)
        var rows = unsafe [UnsafePointer<UInt8>?]()
        for row in 0..<(isPlanar ? sound.channels : 1) {
            guard let start = unsafe sound.frame.pointee.extended_data[row] else { return }
            unsafe rows.append(UnsafePointer(start + skipped))
        }
        try unsafe run(&rows, sound.count - count)
    }

    /// Runs the resampler into the queue; nil brings out what it holds.
    private func run(
        _ rows: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ length: Int
    ) throws(MediaError) {
        let mark = LibraryLog.shared.mark
        let room = unsafe max(1, swr_get_out_samples(resampler, Int32(length)))
        try scratch.allocate(
            SoundFormat(
                sampleRate: format.sampleRate, channels: format.channels,
                arrangement: format.arrangement, frameCount: Int(room)))
        let count = unsafe swr_convert(
            resampler, scratch.frame.pointee.extended_data, room, rows, Int32(length))
        guard count >= 0 else { throw .library(LibraryProblem("swr_convert", count, since: mark)) }
        try queue.append(scratch, count: Int(count))
    }

    private func prepare(_ sound: Sound) throws(MediaError) {
        let layout = unsafe sound.frame.pointee.ch_layout
        let form = unsafe Form(
            sampleRate: sound.sampleRate, channels: sound.channels,
            format: sound.frame.pointee.format,
            layout: layout.order == AV_CHANNEL_ORDER_NATIVE ? layout.u.mask : 0)
        guard form != input else { return }
        let mark = LibraryLog.shared.mark
        guard (1...Limits.channels).contains(form.channels),
            Limits.sampleRates.contains(form.sampleRate)
        else { throw .library(LibraryProblem("swr_init", -EINVAL, since: mark)) }
        if input != nil {
            let start = position
            try finish()
            position = start
        }
        // Channels without names are taken in the usual order.
        var from = unsafe AVChannelLayout()
        if unsafe layout.order == AV_CHANNEL_ORDER_NATIVE {
            unsafe from = layout
        } else {
            unsafe av_channel_layout_default(&from, Int32(form.channels))
        }
        var to = unsafe AVChannelLayout()
        unsafe av_channel_layout_default(&to, Int32(format.channels))
        let code = unsafe swr_alloc_set_opts2(
            &resampler, &to, format.arrangement.library, Int32(format.sampleRate), &from,
            AVSampleFormat(rawValue: form.format), Int32(form.sampleRate), 0, nil)
        let opened = unsafe code == 0 ? swr_init(resampler) : code
        guard opened == 0 else {
            unsafe swr_free(&resampler)
            throw .library(LibraryProblem("swr_init", opened, since: mark))
        }
        input = form
    }
}

/// Samples that wait until there are enough of them for a frame.
@safe
private final class SampleQueue {
    private let queue: OpaquePointer
    private let format: SoundFormat

    init(_ format: SoundFormat) throws(MediaError) {
        let mark = LibraryLog.shared.mark
        guard
            let queue = unsafe av_audio_fifo_alloc(
                format.arrangement.library, Int32(format.channels), Int32(format.frameCount * 4))
        else { throw .library(LibraryProblem("av_audio_fifo_alloc", -ENOMEM, since: mark)) }
        unsafe self.queue = queue
        self.format = format
    }

    deinit {
        unsafe av_audio_fifo_free(queue)
    }

    var count: Int { unsafe Int(av_audio_fifo_size(queue)) }

    func append(_ sound: Sound, count: Int) throws(MediaError) {
        try check("av_audio_fifo_write") {
            unsafe sound.withRows { unsafe av_audio_fifo_write(queue, $0, Int32(count)) }
        }
    }

    func take(_ count: Int, into sound: Sound) throws(MediaError) {
        try check("av_audio_fifo_read") {
            unsafe sound.withRows { unsafe av_audio_fifo_read(queue, $0, Int32(count)) }
        }
    }

    /// At most as much as the longest gap.
    func appendSilence(_ count: Int, _ scratch: Sound) throws(MediaError) {
        try scratch.allocate(
            SoundFormat(
                sampleRate: format.sampleRate, channels: format.channels,
                arrangement: format.arrangement, frameCount: count))
        unsafe av_samples_set_silence(
            scratch.frame.pointee.extended_data, 0, Int32(count), Int32(format.channels),
            format.arrangement.library)
        try append(scratch, count: count)
    }

    private func check(_ function: String, _ body: () -> Int32) throws(MediaError) {
        let mark = LibraryLog.shared.mark
        let code = body()
        guard code >= 0 else { throw .library(LibraryProblem(function, code, since: mark)) }
    }
}

extension Sound {
    fileprivate func withRows(
        _ body: (UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> Int32
    ) -> Int32 {
        guard let rows = unsafe frame.pointee.extended_data else { return -EINVAL }
        return unsafe UnsafeMutableRawPointer(rows).withMemoryRebound(
            to: Optional<UnsafeMutableRawPointer>.self, capacity: max(1, channels)
        ) { unsafe body($0) }
    }
}

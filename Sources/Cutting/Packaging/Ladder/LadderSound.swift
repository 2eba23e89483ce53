import Media
package import Measures
package import Movies
import Primitives

/// One rendition of the sound.
package struct SoundRung: Sendable, Hashable {
    package let name: String
    package let bitRate: Int

    package init(name: String, bitRate: Int) {
        self.name = name
        self.bitRate = bitRate
    }

    /// What is usual: enough for music, and half of it for slow networks.
    package static func usual(channels: Int) -> [SoundRung] {
        [128_000, 64_000].map { stereo in
            let bitRate = channels == 1 ? stereo * 5 / 8 : stereo
            return SoundRung(name: "audio-\(bitRate / 1000)k", bitRate: bitRate)
        }
    }
}

/// How loud a movie is, and what is done about it.
package struct LoudnessOutcome: Sendable, Equatable {
    /// In LUFS and dBTP; nil where all is silence.
    package var before: Double?
    package var peakBefore: Double?
    /// What limiting gives, before it is coded.
    package var after: Double?
    package var peakAfter: Double?
    package var plan: LoudnessPlan?
}

/// Encodes the sound of a movie at several bit rates from one decoding, piece by piece.
package final class LadderSound {
    package let rungs: [SoundRung]
    package let source: ShownSound
    private let encoders: [ClipSoundEncoder]
    private var limiter: PeakLimiter?
    private var samples: [Float] = []
    private var limited: [Float] = []
    private var counts: [Int64]
    private let coded = CodedFrame()
    private var isFinished = false

    package init(
        _ source: ShownSound, rungs: [SoundRung], loudness: LoudnessPlan?
    ) throws(SpliceProblem) {
        self.source = source
        self.rungs = rungs
        limiter = loudness?.limiter(channels: source.channels)
        counts = Array(repeating: 0, count: rungs.count)
        var encoders: [ClipSoundEncoder] = []
        do throws(MediaError) {
            for rung in rungs {
                encoders.append(
                    try ClipSoundEncoder(
                        sampleRate: ShownSound.sampleRate, channels: source.channels,
                        bitRate: rung.bitRate))
            }
        } catch {
            throw .media(error, near: .of(0, Int32(ShownSound.sampleRate)))
        }
        self.encoders = encoders
    }

    /// How the frames of a rendition are told.
    package func format(_ rung: Int) -> MovieFormat {
        FormatEntry.aac(
            configuration: encoders[rung].configuration, sampleRate: ShownSound.sampleRate,
            channels: source.channels, averageRate: rungs[rung].bitRate)
    }

    /// Encodes until so many samples have been read, and gives each frame; the first of them come
    /// before zero.
    package func encode(
        until end: Int64,
        take: (Int, PackageFrame, Span<UInt8>) throws(PackageProblem) -> Void
    ) throws(LadderProblem) {
        while !isFinished, source.position < end {
            samples.removeAll(keepingCapacity: true)
            let isMore: Bool
            do { isMore = try source.read(into: &samples) } catch { throw .splice(error) }
            if limiter != nil {
                limited.removeAll(keepingCapacity: true)
                if isMore {
                    limiter?.take(samples.span, into: &limited)
                } else {
                    limiter?.finish(into: &limited)
                }
                swap(&samples, &limited)
            }
            for rung in encoders.indices { try send(samples, isLast: !isMore, to: rung, take) }
            isFinished = !isMore
        }
    }

    private func send(
        _ samples: [Float], isLast: Bool, to rung: Int,
        _ take: (Int, PackageFrame, Span<UInt8>) throws(PackageProblem) -> Void
    ) throws(LadderProblem) {
        // The encoder holds one frame: it is emptied before it is given the next.
        let step = encoders[rung].frameCount * source.channels
        for start in stride(from: 0, to: samples.count, by: step) {
            let end = min(samples.count, start + step)
            do throws(MediaError) {
                try encoders[rung].send(Array(samples[start..<end]))
            } catch {
                throw .splice(.media(error, near: near))
            }
            try collect(rung, take)
        }
        guard isLast else { return }
        do throws(MediaError) { try encoders[rung].finish() } catch {
            throw .splice(.media(error, near: near))
        }
        try collect(rung, take)
    }

    private func collect(
        _ rung: Int, _ take: (Int, PackageFrame, Span<UInt8>) throws(PackageProblem) -> Void
    ) throws(LadderProblem) {
        let encoder = encoders[rung]
        while true {
            do throws(MediaError) {
                guard try encoder.receive(into: coded) else { return }
            } catch {
                throw .splice(.media(error, near: near))
            }
            let start = counts[rung] - Int64(encoder.padding)
            counts[rung] += Int64(encoder.frameCount)
            let frame = PackageFrame(
                decoding: start, presentation: start,
                duration: UInt32(clamping: encoder.frameCount), isIndependent: true)
            let coded = coded
            do throws(PackageProblem) { try take(rung, frame, coded.bytes) } catch {
                throw .package(error)
            }
        }
    }

    private var near: MediaTime { .of(source.position, Int32(ShownSound.sampleRate)) }

    /// Measures the sound, and then what limiting makes of it, a few times, until it is as loud as
    /// is wished. Each time all of it is decoded, so that none of it has to be kept.
    package static func measure(
        _ open: () -> ShownSound?, target: Double?, meanwhile: () -> Void = {}
    ) throws(SpliceProblem) -> LoudnessOutcome {
        var outcome = LoudnessOutcome()
        guard let first = open() else { return outcome }
        let measured = try measure(first, through: nil, meanwhile)
        outcome.before = measured.integrated
        outcome.peakBefore = measured.truePeak
        guard let target, var plan = LoudnessPlan(target: target, of: measured) else {
            return outcome
        }
        for round in 0..<Limits.rounds {
            guard plan.isLimited else {
                outcome.after = (measured.integrated ?? 0) + plan.gain
                outcome.peakAfter = (measured.truePeak ?? 0) + plan.gain
                break
            }
            guard let again = open() else { break }
            let result = try measure(again, through: plan, meanwhile)
            outcome.after = result.integrated
            outcome.peakAfter = result.truePeak
            let miss = abs((result.integrated ?? target) - target)
            if miss < Limits.tolerance || round == Limits.rounds - 1 { break }
            plan = plan.corrected(by: result)
        }
        outcome.plan = plan
        return outcome
    }

    private enum Limits {
        static let rounds = 5
        /// In LU: nobody hears it.
        static let tolerance = 0.1
    }

    private static func measure(
        _ source: ShownSound, through plan: LoudnessPlan?, _ meanwhile: () -> Void
    ) throws(SpliceProblem) -> ProgrammeLoudness {
        var meter = ProgrammeLoudness()
        var limiter = plan?.limiter(channels: source.channels)
        var samples: [Float] = []
        var limited: [Float] = []
        while try source.read(into: &samples) {
            meanwhile()
            if limiter == nil {
                meter.take(samples.span, channels: source.channels)
            } else {
                limiter?.take(samples.span, into: &limited)
                meter.take(limited.span, channels: source.channels)
                limited.removeAll(keepingCapacity: true)
            }
            samples.removeAll(keepingCapacity: true)
        }
        return meter
    }
}

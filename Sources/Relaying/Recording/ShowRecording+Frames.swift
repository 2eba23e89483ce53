import Recordings
import Primitives
import WebRTC

/// From frames to the file: which are recorded, when the recording begins, and where they lie.
extension ShowRecording {
    /// Takes a frame that has been put together.
    func take(_ frame: RecordedFrame, _ bytes: Span<UInt8>, of source: RecordedReception) {
        guard !hasFailed else { return }
        if source.codec.kind == .video {
            guard chooses(source, frame) else { return }
            if frame.isKeyframe, !learn(source.codec, bytes) { return }
            // What comes before the first keyframe builds upon what nobody has.
            guard pictures != nil else { return }
        }
        if firstArrival == nil { firstArrival = frame.arrival }
        guard timeline.hasBegun else {
            hold(frame, bytes, of: source)
            beginIfReady(now: frame.arrival)
            return
        }
        record(frame, bytes, of: source)
    }

    /// Learns how pictures are coded from a keyframe; false where it doesn't tell.
    private func learn(_ codec: Codec, _ keyframe: Span<UInt8>) -> Bool {
        let learnt = CodecConfiguration(
            codec, keyframe: keyframe, framing: .lengthPrefixed(.four))
        guard let learnt else {
            damage.hasSkipped = true
            damage.hasDiscarded = true
            return pictures?.codec == codec
        }
        pictures = learnt
        return true
    }

    /// Whether a frame of pictures is of the layer that is recorded, and can be decoded.
    private func chooses(_ source: RecordedReception, _ frame: RecordedFrame) -> Bool {
        if frame.isKeyframe, !frame.isDamaged, source.layer != layer {
            let current = sources.last { $0.layer == layer && $0.codec.kind == .video }
            let isSilent =
                current.flatMap(\.lastFrame).map { frame.arrival - $0 >= Self.layerPatience }
                ?? true
            if source.layer > layer ?? -1 || isSilent {
                layer = source.layer
                dropHeldPictures()
            }
        }
        guard source.layer == layer else { return false }
        damage.lost += frame.lost
        if frame.isDamaged { damage.hasSkipped = true }
        if frame.hasDiscarded { damage.hasDiscarded = true }
        return !frame.isDamaged
    }

    /// At the start a better layer takes the place of a lower one that came a moment earlier.
    private func dropHeldPictures() {
        for index in held.indices.reversed()
        where sources[held[index].source].codec.kind == .video {
            heldBytes -= held[index].bytes.count
            held.remove(at: index)
        }
    }

    // MARK: - The start

    private func hold(_ frame: RecordedFrame, _ bytes: Span<UInt8>, of source: RecordedReception) {
        guard let place = sources.firstIndex(where: { $0 === source }) else { return }
        held.append(HeldFrame(source: place, frame: frame, bytes: Array(copying: bytes)))
        heldBytes += bytes.count
    }

    /// Begins where all is there that is needed, or has been waited for long enough.
    func beginIfReady(now: Instant) {
        guard let publication, let firstArrival else { return }
        let isFull =
            heldBytes >= Self.maximumHeldBytes || held.count >= Self.maximumHeldFrames
        let waited = now - firstArrival
        let firsts = firstHeld()
        let kinds = firsts.map { sources[$0.source].codec.kind }
        let isComplete = publication.media.allSatisfy { media in
            kinds.contains(media.codec.kind) || !Self.canBeRecorded(media.codec)
        }
        let isReported = firsts.allSatisfy { timeline.hasReport($0) }
        guard
            isFull || isComplete && isReported && hasBestLayer(waited)
                || isComplete && waited >= settings.patience.reports
                || waited >= settings.patience.media
        else { return }
        begin(now: now)
    }

    private func hasBestLayer(_ waited: Duration) -> Bool {
        let pictures = publication?.media.first { $0.codec.kind == .video }
        return waited >= Self.bestLayerPatience || layer == nil
            || layer.map { $0 + 1 >= pictures?.layers.count ?? 0 } ?? true
    }

    private static func canBeRecorded(_ codec: Codec) -> Bool {
        codec != .pcmu && codec != .pcma
    }

    /// The first frame of each source that waits; by their places in the timeline.
    private func firstHeld() -> [PublicationTimeline.First] {
        var firsts: [PublicationTimeline.First] = []
        for waiting in held {
            let source = sources[waiting.source].timeline
            guard !firsts.contains(where: { $0.source == source }) else { continue }
            firsts.append(
                PublicationTimeline.First(
                    source: source, timestamp: waiting.frame.timestamp,
                    arrival: waiting.frame.arrival))
        }
        return firsts
    }

    func begin(now: Instant) {
        let firsts = firstHeld()
        guard let earliest = firsts.map(\.arrival).min() else { return }
        let start = zero.map { max(end, earliest - $0) } ?? .zero
        timeline.begin(firsts, at: start)
        resume(now: now)
        publicationStart = file == nil ? start : nil
        let waiting = held
        held = []
        heldBytes = 0
        for frame in waiting {
            guard !hasFailed else { return }
            record(frame.frame, frame.bytes.span, of: sources[frame.source])
        }
    }

    /// Goes on with the file of the publication before, where it has tracks for this one.
    private func resume(now: Instant) {
        guard let file else { return }
        isNewPublisher = true
        resumedTracks = Array(file.writer.tracks.indices)
        guard let pictures else { return }
        let track = file.track(of: .video)
        if track.map({ file.writer.tracks[$0].codec != pictures.codec }) ?? true {
            finish(now: now)
        }
    }

    // MARK: - The file

    private func record(_ frame: RecordedFrame, _ bytes: Span<UInt8>, of source: RecordedReception)
    {
        guard
            let ticks = timeline.time(
                of: frame.timestamp, source: source.timeline, arrival: frame.arrival)
        else { return }
        let configuration = source.codec.kind == .video && frame.isKeyframe ? pictures : nil
        let at = Duration.ticks(ticks, rate: Int32(source.codec.clockRate))
        guard let file = file(for: source.codec, configuration, at: at, now: frame.arrival),
            let track = file.track(of: source.codec.kind)
        else { return }
        let end = file.end(of: track)
        let isSync = source.codec == .h264 ? H264Frame.hasKeyPicture(bytes) : frame.isKeyframe
        attempt(file, now: frame.arrival) { () throws(RecordingProblem) in
            guard
                let time = try file.append(
                    track, at: ticks, isSync: isSync, size: configuration?.size, bytes)
            else { return }
            noteGap(file, track, from: end, to: time, frame)
        }
        self.end = max(self.end, at + .ticks(1, rate: 50))
        let begun = frame.arrival + (.zero - at)
        zero = zero.map { min($0, begun) } ?? begun
        let reports = timeline.sources[source.timeline].reports
        let senderTime = reports.senderTime(of: frame.timestamp)
        file.note(
            at - file.origin, arrival: frame.arrival, senderTime: senderTime,
            isNewPublisher: isNewPublisher, settings.wallClock)
        isNewPublisher = false
    }

    /// Lists what is missing before a frame that was recorded.
    private func noteGap(
        _ file: OpenRecording, _ track: Int, from end: Int64, to time: Int64,
        _ frame: RecordedFrame
    ) {
        let kind = file.writer.tracks[track].kind
        let note: DamageNote
        if kind == .video {
            note = damage
            damage = DamageNote()
        } else {
            note = DamageNote(lost: frame.lost, hasDropped: hasDroppedSound && frame.lost > 0)
            if frame.lost > 0 { hasDroppedSound = false }
        }
        let isResumed = resumedTracks.contains(track)
        resumedTracks.removeAll { $0 == track }
        // Before its first frame nothing of a track can be missing.
        guard end > 0, isResumed || !note.isNothing else { return }
        file.document.add(
            RecordingDocument.Gap(
                track: track, start: end, end: time, reason: isResumed ? .absent : note.reason,
                packets: isResumed ? 0 : note.lost))
    }

    /// The file that a frame goes into: the open one where it has a track for it, or a new one.
    private func file(
        for codec: Codec, _ configuration: CodecConfiguration?, at time: Duration, now: Instant
    ) -> OpenRecording? {
        if let file {
            if file.track(of: codec.kind).map({ file.writer.tracks[$0].codec == codec }) ?? false {
                return file
            }
            // Only a keyframe tells how to declare a track of pictures.
            guard codec.kind == .audio || configuration != nil else { return nil }
            finish(now: now)
        }
        guard !hasFailed, codec.kind == .audio || configuration != nil else { return nil }
        // What came first may be shown a little after what came second, which must not be lost.
        let origin = publicationStart.map { min($0, time) } ?? time
        publicationStart = nil
        do {
            let made = try OpenRecording(
                show: show, declaredTracks(), origin: origin, settings, now: now)
            file = made
            isNewPublisher = true
            resumedTracks = []
            tell(.began(show: show, file: made.document.file))
            writeDocument(made, now: now)
            return made
        } catch {
            hasFailed = true
            let file = RecordingName.stem(show) + ".mp4"
            tell(.failed(show: show, file: file, RecordingFault(error)))
            return nil
        }
    }

    /// What a new file has tracks for: pictures once there is a keyframe, and announced sound.
    private func declaredTracks() -> [RecordingTrack] {
        var tracks = pictures.map { [RecordingTrack(.video($0))] } ?? []
        // Over RTP Opus always counts as two channels (RFC 7587 7).
        if publication?.media.contains(where: { $0.codec == .opus }) ?? false {
            tracks.append(RecordingTrack(.opus(channels: 2)))
        }
        return tracks
    }
}

/// What a frame of H.264 holds, its units with lengths of four bytes.
enum H264Frame {
    /// Whether there is an IDR picture: nothing that follows refers to what was before it.
    static func hasKeyPicture(_ frame: Span<UInt8>) -> Bool {
        var walk = NALWalk(.lengthPrefixed(.four))
        while let unit = try? walk.next(in: frame) {
            let type = NALSyntax.h264.type(firstByte: frame[unit.lowerBound])
            if NALSyntax.h264.role(of: type) == .keySlice { return true }
        }
        return false
    }
}

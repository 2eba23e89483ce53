import Recordings
import Network
import Primitives
import WebRTC

/// The recording of one show, on the recorder's thread: one publication after another into one
/// file, as long as their codecs fit, and into another one where they don't.
final class ShowRecording {
    /// Frames that wait for the start; more of them start it.
    static let maximumHeldBytes = 24 << 20
    static let maximumHeldFrames = 4096
    /// Of one publication; a publisher that changes its sources more often is not recorded on.
    static let maximumSources = 64
    /// A publisher is not asked more often for a keyframe.
    static let keyframeInterval = Duration.seconds(1)
    /// How long a source may take to its first keyframe before it is asked for one.
    static let keyframePatience = Duration.milliseconds(500)
    /// The start waits so long for the best layer.
    static let bestLayerPatience = Duration.seconds(1)
    /// A layer that has been silent for so long is left for a lower one.
    static let layerPatience = Duration.milliseconds(1500)

    let show: String
    let settings: RecorderSettings
    let tell: (RecordingNotice) -> Void
    var file: OpenRecording?
    /// Nothing more of this publication can be recorded.
    var hasFailed = false
    var publication: Publication?
    var sources: [RecordedReception] = []
    private var earlyReports: [SenderReport] = []
    var timeline = PublicationTimeline()
    var held: [HeldFrame] = []
    var heldBytes = 0
    var firstArrival: Instant?
    /// What the layer of pictures is that is being recorded.
    var layer: Int?
    /// How its pictures are coded, by the last keyframe.
    var pictures: CodecConfiguration?
    var damage = DamageNote()
    var hasDroppedSound = false
    /// Tracks of the file that have had no frame of this publication yet.
    var resumedTracks: [Int] = []
    var isNewPublisher = false
    /// Where the earliest of a publication's first frames lies, until they have a file.
    var publicationStart: Duration?
    /// Which instant media time zero is, roughly: for whoever publishes next.
    var zero: Instant?
    /// Up to where there are frames, on the media time of the show.
    var end = Duration.zero
    private(set) var idleSince: Instant?
    private var askedForKeyframe: Instant?
    private var droppedPackets = 0

    init(_ show: String, _ settings: RecorderSettings, _ tell: @escaping (RecordingNotice) -> Void)
    {
        self.show = show
        self.settings = settings
        self.tell = tell
    }

    // MARK: - What the tap says

    func begin(_ publication: Publication) {
        endPublication(at: publication.begun)
        self.publication = publication
        hasFailed = false
        idleSince = nil
        for media in publication.media where !Self.isRecorded(media.codec) {
            tell(.notRecorded(show: show, codec: media.codec.encodingName))
        }
    }

    func take(_ bytes: Span<UInt8>, _ packet: PublishedPacket) {
        guard !hasFailed, let source = source(of: packet) else { return }
        source.insert(bytes, packet) { take($0, $1, of: source) }
        afterwards(source, now: packet.arrival)
    }

    func take(_ report: SenderReport, media: Int, layer: Int) {
        for source in sources where source.ssrc == report.ssrc && source.media == media {
            timeline.report(report, of: source.timeline)
            return
        }
        // A sender may report before its first packet.
        earlyReports.removeAll { $0.ssrc == report.ssrc }
        guard earlyReports.count < Self.maximumSources else { return }
        earlyReports.append(report)
    }

    func dropped(_ packets: Int) {
        droppedPackets += packets
        damage.hasDropped = true
        hasDroppedSound = true
        tell(.dropped(show: show, packets: packets))
    }

    /// What is due by time alone; called now and then.
    func run(now: Instant) {
        for source in sources where source.hasWaiting {
            source.release(now: now) { take($0, $1, of: source) }
            afterwards(source, now: now)
        }
        if !timeline.hasBegun, !held.isEmpty { beginIfReady(now: now) }
        if let idleSince, now - idleSince >= settings.pause { finish(now: now) }
        guard let file, now - file.documented >= settings.documentAge else { return }
        writeDocument(file, now: now)
    }

    func endPublication(at now: Instant) {
        guard publication != nil else { return }
        for source in sources { source.finish { take($0, $1, of: source) } }
        if !timeline.hasBegun { begin(now: now) }
        publication = nil
        sources = []
        earlyReports = []
        timeline = PublicationTimeline()
        held = []
        heldBytes = 0
        firstArrival = nil
        layer = nil
        pictures = nil
        damage = DamageNote()
        idleSince = now
        guard let file else { return }
        attempt(file, now: now) { () throws(RecordingProblem) in try file.writer.flush() }
        if let file = self.file { writeDocument(file, now: now) }
    }

    /// Whether nothing is left to be done for this show.
    var isOver: Bool { publication == nil && file == nil }

    // MARK: - Sources

    private func source(of packet: PublishedPacket) -> RecordedReception? {
        for source in sources
        where source.ssrc == packet.header.ssrc && source.media == packet.media
            && source.layer == packet.layer
        {
            return source
        }
        guard let publication, publication.media.indices.contains(packet.media),
            sources.count < Self.maximumSources
        else { return nil }
        let codec = publication.media[packet.media].codec
        guard Self.isRecorded(codec) else { return nil }
        let place = timeline.add(codec.kind, clockRate: Int32(codec.clockRate))
        let source = RecordedReception(packet, codec, timeline: place)
        sources.append(source)
        for report in earlyReports where report.ssrc == source.ssrc {
            timeline.report(report, of: place)
        }
        return source
    }

    private static func isRecorded(_ codec: Codec) -> Bool {
        switch codec {
        case .h264, .h265, .vp8, .vp9, .av1, .opus: true
        case .pcmu, .pcma: false
        }
    }

    private func afterwards(_ source: RecordedReception, now: Instant) {
        // At the start a keyframe is under way anyhow.
        guard source.needsKeyframe, now - source.begun >= Self.keyframePatience,
            source.layer == layer ?? source.layer,
            askedForKeyframe.map({ now - $0 >= Self.keyframeInterval }) ?? true
        else { return }
        askedForKeyframe = now
        tell(.keyframeWanted(show: show))
    }

    // MARK: - The file

    /// Does something to the file; where that fails, the recording of this publication ends.
    func attempt(
        _ file: OpenRecording, now: Instant, _ body: () throws(RecordingProblem) -> Void
    ) {
        do {
            try body()
        } catch {
            fail(file, error, now: now)
        }
    }

    func fail(_ file: OpenRecording, _ problem: RecordingProblem, now: Instant) {
        hasFailed = true
        file.document.state = .failed(problem, sha256: file.writer.digestSoFar())
        tell(.failed(show: show, file: file.document.file, RecordingFault(problem)))
        writeDocument(file, now: now)
        self.file = nil
    }

    /// Ends the file, so that the next frame begins another one.
    func finish(now: Instant) {
        guard let file else { return }
        self.file = nil
        do {
            let digest = try file.writer.finish()
            file.document.state = .complete(sha256: digest)
        } catch {
            fail(file, error, now: now)
            return
        }
        writeDocument(file, now: now)
        let length = file.writer.tracks.indices.map {
            Duration.ticks(
                file.writer.counts[$0].end, rate: file.writer.tracks[$0].timescale)
        }.max()
        tell(
            .complete(
                show: show, file: file.document.file, duration: length ?? .zero,
                bytes: file.writer.length))
    }

    func writeDocument(_ file: OpenRecording, now: Instant) {
        do {
            try file.writeDocument(now: now, settings.wallClock)
        } catch {
            let fault = RecordingFault(error)
            tell(.documentFailed(show: show, file: file.document.file, fault))
        }
    }
}

/// A frame that waits for the start.
struct HeldFrame: Sendable {
    let source: Int
    let frame: RecordedFrame
    let bytes: [UInt8]
}

/// What has happened since the last picture that was recorded.
struct DamageNote: Sendable {
    var lost = 0
    var hasSkipped = false
    var hasDropped = false
    var hasDiscarded = false

    var isNothing: Bool { lost == 0 && !hasSkipped && !hasDropped && !hasDiscarded }

    var reason: RecordingDocument.GapReason {
        hasDropped ? .dropped : lost > 0 || !hasDiscarded ? .lost : .discarded
    }
}

import Primitives
import Signaling
import TestSupport
import WebRTC

@testable import Relaying

/// A publisher in virtual time: what it would send of some clips, as a relay would pass it on.
struct PublisherModel {
    struct Track {
        var clip: RecordingClip
        /// When its first frame is captured, and how long packets take from there.
        var start: Duration
        var transit: Duration
        var ssrc: UInt32
        var layer = 0
        var sequence: UInt16 = 65_500
        /// Near the wrap, so that each test passes it.
        var timestamp: UInt32 = 0xFFFF_0000
        /// How much faster than the sender's wall clock its media clock runs, in millionths.
        var driftPerMillion = 0.0
        var media = 0
    }

    struct Delivery {
        enum Content {
            case packet([UInt8], PublishedPacket)
            case report(SenderReport, media: Int, layer: Int)
        }

        let at: Instant
        let order: Int
        let content: Content
    }

    var show = "friday"
    /// When capturing begins, on the relay's clock.
    var begun = Instant(nanoseconds: 1_000_000_000_000)
    var tracks: [Track]
    var reports = true
    /// How far a report is out.
    var reportError: () -> Duration = { .zero }
    /// The sender's wall clock at `begun`.
    var senderClock: Int64 = 1_800_000_000_000_000_000
    /// Whether a packet of a track is lost, by its number and that of its frame.
    var isLost: (_ track: Int, _ packet: Int, _ frame: Int) -> Bool = { _, _, _ in false }
    /// Instead of even ones, from the track's first.
    var timestamps: [[UInt32]]?

    init(_ clips: [RecordingClip]) {
        tracks = clips.enumerated().map { place, clip in
            Track(
                clip: clip, start: clip.codec == .opus ? .milliseconds(300) : .milliseconds(100),
                transit: clip.codec == .opus ? .milliseconds(20) : .milliseconds(90),
                ssrc: UInt32(1000 + place), media: place)
        }
    }

    var publication: Publication {
        var random = SeededRandom(seed: UInt64(tracks[0].ssrc))
        var media: [PublishedMedia] = []
        for track in tracks {
            if track.media < media.count { continue }
            let layers = tracks.filter { $0.media == track.media }.map { "l\($0.layer)" }
            media.append(
                PublishedMedia(
                    codec: track.clip.codec, format: Self.format(track.clip.codec),
                    layers: layers.count > 1 ? layers : [""]))
        }
        return Publication(
            show: show, session: SessionID(using: &random), begun: begun, media: media)
    }

    private static func format(_ codec: Codec) -> CodecFormat {
        CodecFormat(
            name: codec.encodingName, clockRate: UInt32(codec.clockRate),
            channels: codec == .opus ? 2 : 1, parameters: [])
    }

    /// All that arrives, in the order in which it does.
    func deliveries() throws -> [Delivery] {
        var deliveries: [Delivery] = []
        for place in tracks.indices { try add(place, to: &deliveries) }
        return deliveries.sorted { ($0.at, $0.order) < ($1.at, $1.order) }
    }

    private func add(_ place: Int, to deliveries: inout [Delivery]) throws {
        let track = tracks[place]
        let codec = track.clip.codec
        var packetiser = Packetiser(
            codec, framing: .annexB, repeatsParameterSets: true, pictureID: 1)
        var sequence = track.sequence
        var number = 0
        var nextReport = Duration.zero
        for (index, frame) in track.clip.frames.enumerated() {
            let nominal = Double(index * track.clip.ticksPerFrame) / Double(codec.clockRate)
            let passed = Duration.seconds(nominal / (1 + track.driftPerMillion / 1e6))
            let captured = begun + track.start + passed
            let arrival = captured + track.transit
            let ticks = timestamps?[place][index] ?? UInt32(index * track.clip.ticksPerFrame)
            let timestamp = track.timestamp &+ ticks
            if reports, passed >= nextReport {
                nextReport += .seconds(1)
                let nanoseconds =
                    senderClock + (captured - begun).wholeNanoseconds
                    + reportError().wholeNanoseconds
                let report = SenderReport(
                    ssrc: track.ssrc, ntp: NTPTime(nanosecondsSince1970: nanoseconds),
                    rtpTimestamp: timestamp, packetCount: 0, octetCount: 0)
                deliveries.append(
                    Delivery(
                        at: arrival, order: deliveries.count,
                        content: .report(report, media: track.media, layer: track.layer)))
            }
            try packetiser.packetise(frame.span, maximumPayload: 1100) { payload, isLast in
                let packet = Self.packet(
                    payload, isLast, sequence, timestamp, track, arrival: arrival)
                sequence &+= 1
                number += 1
                guard let packet, !isLost(place, number - 1, index) else { return }
                deliveries.append(
                    Delivery(at: arrival, order: deliveries.count, content: packet))
            }
        }
    }

    private static func packet(
        _ payload: Span<UInt8>, _ marker: Bool, _ sequence: UInt16, _ timestamp: UInt32,
        _ track: Track, arrival: Instant
    ) -> Delivery.Content? {
        let header = RTPHeader(
            marker: marker, payloadType: 96, sequenceNumber: sequence, timestamp: timestamp,
            ssrc: track.ssrc)
        var bytes: [UInt8] = []
        bytes.append(addingCapacity: 1500) { output in
            try? header.write(into: &output)
        }
        bytes.append(payload)
        guard let parsed = try? RTPHeader(parsing: bytes.span) else { return nil }
        return .packet(
            bytes,
            PublishedPacket(
                media: track.media, layer: track.layer, header: parsed, arrival: arrival,
                isRepaired: false, captured: nil))
    }
}

/// A recording made in virtual time, without the recorder's thread.
final class RecordingBench {
    let folder = ScratchFolder()
    let recording: ShowRecording
    var notices: [RecordingNotice] = []
    var now = Instant(nanoseconds: 1_000_000_000_000)
    private var nextRun = Instant(nanoseconds: 0)

    init(show: String = "friday", pause: Duration = .seconds(600)) {
        let notes = Notes()
        recording = ShowRecording(
            show, Self.settings(folder.path, pause: pause), { notes.all.append($0) })
        self.notes = notes
    }

    private final class Notes {
        var all: [RecordingNotice] = []
    }

    private let notes: Notes
    var said: [RecordingNotice] { notes.all }

    static func settings(_ folder: String, pause: Duration) -> RecorderSettings {
        RecorderSettings(
            folder: folder, pause: pause, patience: .standard, documentAge: .seconds(5),
            wallClock: WallClockAnchor(
                instant: Instant(nanoseconds: 1_000_000_000_000),
                nanosecondsSince1970: 1_795_000_000_000_000_000))
    }

    func publish(_ model: PublisherModel, timestamps: [[UInt32]]? = nil) throws {
        var model = model
        model.timestamps = timestamps
        recording.begin(model.publication)
        try deliver(model)
        recording.endPublication(at: now)
    }

    func deliver(_ model: PublisherModel) throws {
        deliver(try model.deliveries())
    }

    func deliver(_ deliveries: [PublisherModel.Delivery]) {
        for delivery in deliveries {
            while nextRun <= delivery.at {
                recording.run(now: nextRun)
                nextRun = max(nextRun, delivery.at + .milliseconds(-200)) + .milliseconds(200)
            }
            now = delivery.at
            switch delivery.content {
            case .packet(let bytes, let packet): recording.take(bytes.span, packet)
            case .report(let report, let media, let layer):
                recording.take(report, media: media, layer: layer)
            }
        }
    }

    func finish() { recording.finish(now: now) }

    func document(_ name: String = "friday") throws -> JSON {
        try JSON(parsing: folder.read("\(name).recording.json"))
    }

    func media(_ name: String = "friday") throws -> ProbedMedia {
        try ProbedMedia(folder.path("\(name).mp4"))
    }
}

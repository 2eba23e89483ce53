import HTTP
import Media
import Network
import Primitives
import SecureTransport
import Sessions
import Signaling
import TestSupport
import WebRTC

@testable import SessionSupport

/// Publishes the test pattern with faults that a test asks for, on a loop of its own.
final class PatternSender: @unchecked Sendable {
    // All but `loop` belongs to the loop's thread.
    struct Faults: Sendable {
        /// The sound is so much later in the sound than it should be.
        var soundDelay: Duration = .zero
        /// Pictures that are not sent, by their numbers.
        var missing: [Range<Int64>] = []
        /// After that picture nothing is decodable any more.
        var garbageFrom: Int64?
        var sendsPictures = true
        var sendsSound = true
    }

    static let size = PictureSize(width: 320, height: 180)

    let loop: EventLoop
    private let faults: Faults
    private let pattern: TestPattern
    private let video: VideoEncoder
    private let audio: AudioEncoder
    private let picture: Picture
    private let sound = Sound()
    private let coded = CodedFrame()
    private let wallClock = ProbeBench.wallClock()
    private var session: ClientSession?
    private var timer: LoopTimer?
    private var start: Instant?
    private var pictureNumber: Int64 = 0
    private var pieceNumber: Int64 = 0
    private var sentFrames = 0
    private var failure: String?

    init(_ url: String, _ faults: Faults = Faults()) throws {
        self.faults = faults
        var settings = PatternSettings()
        settings.size = Self.size
        pattern = try TestPattern(settings)
        video = try VideoEncoder(
            VideoEncoding(
                codec: .h264, size: Self.size, rate: .thirty, bitRate: 500_000,
                keyframeInterval: 30, profile: .baseline, threads: 1, parameterSets: .inBand))
        audio = try AudioEncoder(AudioEncoding(codec: .opus, bitRate: 96_000, channels: 2))
        picture = try Picture(size: Self.size)
        loop = try EventLoop(name: "sender", processor: nil)
        try loop.answer { [self] in try begin(url) }
        try eventually("the sender is on the air") { sent > 0 }
    }

    deinit { loop.end() }

    var sent: Int { loop.perform { [self] in sentFrames } ?? 0 }

    /// Leaves, and returns once the endpoint has been told.
    func leave() throws {
        let isClosed = Monitor(false)
        _ = loop.perform { [self] in
            timer?.cancel()
            session?.close { isClosed.change { $0 = true } }
        }
        try eventually("the sender has left") { isClosed.change { $0 } }
    }

    // MARK: - On the loop

    private func begin(_ url: String) throws {
        let session = ClientSession(
            SessionSettings(
                signaling: SignalingOptions(
                    role: .whip, endpoint: try URL(parsing: url), bearer: nil,
                    sendsBearerAnywhere: false, isStrict: false, waitsForPublisher: nil),
                media: [
                    SessionPlans.plan(.audio, .sendonly, [.opus]),
                    SessionPlans.plan(.video, .sendonly, [.h264(.constrainedBaseline)]),
                ],
                setup: .actpass, iceServers: [], isRelayOnly: false, gathering: .trickle,
                rates: RateLimits(minimum: 300_000, start: 3_000_000, maximum: 8_000_000),
                delivery: .packets, framing: { _, _ in .annexB }, cname: "test",
                http: HTTPClientOptions(
                    authorityPath: nil, verifiesPeer: true, usesEnvironmentProxy: false,
                    userAgent: "test", transfers: 4),
                limits: .usual, wallClock: wallClock),
            FanOutCryptography(try ServerPeer.cryptography.get()), on: loop, receiver: nil
        ) { [weak self] event in self?.take(event) }
        self.session = session
        timer = loop.timer { [weak self] in self?.makeDue() }
        session.start()
    }

    private func take(_ event: SessionEvent) {
        switch event {
        case .phase(.connected): timer?.set(at: loop.now)
        case .keyframeWanted: video.requestKeyframe()
        default: break
        }
    }

    private func makeDue() {
        let start = start ?? loop.now
        self.start = start
        do {
            while start + pattern.time(of: pictureNumber) <= loop.now {
                if faults.sendsPictures { try sendPicture(start) }
                pictureNumber += 1
            }
            while start + TimeBase.audio.duration(pieceNumber * 960) <= loop.now {
                if faults.sendsSound { try sendSound(start) }
                pieceNumber += 1
            }
        } catch {
            failure = "\(error)"
            return
        }
        timer?.set(
            at: min(
                start + pattern.time(of: pictureNumber),
                start + TimeBase.audio.duration(pieceNumber * 960)))
    }

    private func sendPicture(_ start: Instant) throws {
        guard !faults.missing.contains(where: { $0.contains(pictureNumber) }) else { return }
        let captured = wallClock.ntp(at: start + pattern.time(of: pictureNumber))
        try pattern.draw(
            pictureNumber,
            at: WallClock(millisecondsSince1970: captured.nanosecondsSince1970 / 1_000_000),
            into: picture)
        try video.send(picture)
        let coded = coded
        while try video.receive(into: coded) {
            var bytes: [UInt8] = []
            bytes.append(coded.bytes)
            if let first = faults.garbageFrom, pictureNumber >= first {
                for place in bytes.indices.dropFirst(6) where bytes[place] > 3 {
                    bytes[place] = bytes[place] &* 31 | 4
                }
            }
            let result = session?.send(
                bytes.span, media: 1, layer: 0,
                timestamp: UInt32(truncatingIfNeeded: pictureNumber * 3000),
                isKeyframe: coded.isKeyframe, captured: captured)
            if result == .sent { sentFrames += 1 }
        }
    }

    private func sendSound(_ start: Instant) throws {
        let position = pieceNumber * 960
        try pattern.play(
            from: position - TimeBase.audio.ticks(faults.soundDelay) + 48_000, count: 960,
            into: sound)
        sound.presentation = position
        try audio.send(sound)
        let coded = coded
        while try audio.receive(into: coded) {
            let shown = coded.presentation ?? position
            let result = session?.send(
                coded.bytes, media: 0, layer: 0,
                timestamp: UInt32(truncatingIfNeeded: shown), isKeyframe: true,
                captured: wallClock.ntp(at: start + TimeBase.audio.duration(shown)))
            if result == .sent { sentFrames += 1 }
        }
    }
}

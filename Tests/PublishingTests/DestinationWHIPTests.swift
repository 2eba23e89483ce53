import HTTP
import Network
import Primitives
import Sessions
import Signaling
import TestSupport
import Testing
import WebRTC

@testable import Publishing
@testable import SessionSupport

/// Pushes to real WHIP endpoints over real sockets, that fall ill in every way.
@Suite struct DestinationWHIPTests {
    @Test func `a show arrives, and its figures tell so`() throws {
        let server = try SessionServer(.init(video: [.vp8]))
        let push = try DestinationHarness(DestinationHarness.whip(server.url()))
        try push.reach("live") { $0.isLive }
        #expect(push.state.live?.video == 0 && push.state.live?.audio == 0)
        try eventually("media", within: .seconds(10)) {
            server.record(0).frames(.video).count > 20 && server.record(0).frames(.audio).count > 20
        }
        let record = server.record(0)
        #expect(record.frames.allSatisfy { !$0.isDamaged })
        let numbers = record.frames(.video).map { SessionPlans.number(of: $0.bytes) }
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 + 1 })
        // 20 ms apart on the clock of each medium.
        let video = record.frames(.video).map(\.timestamp)
        #expect(zip(video, video.dropFirst()).allSatisfy { $1 &- $0 == 1800 })
        let audio = record.frames(.audio).map(\.timestamp)
        #expect(zip(audio, audio.dropFirst()).allSatisfy { $1 &- $0 == 960 })
        try push.reach("figures") {
            $0.figures.roundTrip != nil && $0.figures.sentBitsPerSecond > 400_000
                && !$0.targets.isEmpty
        }
        let figures = push.state.figures
        #expect(figures.frames > 40 && figures.packets >= figures.frames)
        #expect(figures.codec == .vp8)
        try push.close()
        #expect(server.endedSessions == 1)
        server.stop()
    }

    @Test func `what is lost on the way is repaired, and the loss is told`() throws {
        let server = try SessionServer(.init(video: [.vp8]))
        let push = try DestinationHarness(DestinationHarness.whip(server.url()))
        try push.reach("live") { $0.isLive }
        server.change { $0.peer(0)?.lossInterval = 10 }
        try eventually("media", within: .seconds(10)) {
            server.record(0).frames(.video).count > 100
        }
        try push.reach("reports of it") {
            $0.figures.retransmits > 10 && $0.figures.lostFraction ?? 0 > 0.02
        }
        let video = server.record(0).frames(.video)
        #expect(video.count(where: \.isDamaged) < 5)
        try push.close()
        server.stop()
    }

    @Test func `what cannot be had is said in the end, with what the server said`() throws {
        let server = try SessionServer(.init(video: [.vp8], bearer: "secret"))
        let push = try DestinationHarness(DestinationHarness.whip(server.url()))
        try push.reach("failed") { $0.failure != nil }
        guard case .session(.signaling(let failure)) = push.state.failure else {
            Issue.record("\(push.state.states)")
            return
        }
        #expect(failure.status == 401)
        try push.close()
        server.stop()
        // Nobody is there any more.
        let other = try DestinationHarness(DestinationHarness.whip("http://127.0.0.1:9/whip/show"))
        try other.reach("failed") { $0.failure != nil }
        guard case .session(.http(.offer, .connect)) = other.state.failure else {
            Issue.record("\(other.state.states)")
            return
        }
        try other.close()
    }

    @Test func `a server that has forgotten us gets a new session`() throws {
        let server = try SessionServer(.init(video: [.vp8]))
        let push = try DestinationHarness(DestinationHarness.whip(server.url()))
        try eventually("media", within: .seconds(10)) {
            server.record(0).frames(.video).count > 5
        }
        // Its peer says goodbye, as that of a server that is restarted does.
        server.change { $0.peer(0)?.close() }
        try push.reach("live again") { $0.notices.contains(.reconnecting(attempt: 1)) && $0.isLive }
        try eventually("media again", within: .seconds(10)) {
            server.record(1).frames(.video).count > 5
        }
        #expect(server.record(1).frames(.video).first?.isKeyframe == true)
        #expect(push.state.figures.reconnects == 1)
        try push.close()
        server.stop()
    }

    @Test func `a bearer token is sent, and layers go where they are taken`() throws {
        let server = try SessionServer(.init(video: [.vp8], layers: 2, bearer: "secret"))
        var offer = DestinationHarness.offer
        offer.layers = ["h", "m", "l"].map {
            LayerOffer(
                rid: $0, size: PictureSize(width: 320, height: 240),
                maximumBitsPerSecond: 500_000)
        }
        let push = try DestinationHarness(
            offer: offer, DestinationHarness.whip(server.url()) { $0.bearer = "secret" })
        try push.reach("live") { $0.live?.layers == 2 }
        #expect(push.state.notices.contains(.layersRefused(taken: 2)))
        try eventually("both layers", within: .seconds(10)) {
            let frames = server.record(0).frames(.video)
            return ["h", "m"].allSatisfy { rid in frames.count { $0.rid == rid } > 5 }
        }
        try push.close()
        server.stop()
    }

    @Test func `an endpoint takes the first of our choices that it can`() throws {
        let server = try SessionServer(.init(video: [.vp8]))
        var offer = DestinationHarness.offer
        let vp8 = offer.video[0]
        var high = vp8
        (high.codec, high.format) = (.h264, .h264(.constrainedHigh))
        var reordered = vp8
        reordered.hasReorderedFrames = true
        offer.video = [high, reordered, vp8]
        let push = try DestinationHarness(offer: offer, DestinationHarness.whip(server.url()))
        try push.reach("live") { $0.live?.video == 2 }
        try eventually("media", within: .seconds(10)) {
            server.record(0).frames(.video).count > 5
        }
        try push.close()
        server.stop()
    }

    @Test func `the fallback has the show while the primary is away`() throws {
        let (first, second) = (
            try SessionServer(.init(video: [.vp8])), try SessionServer(.init(video: [.vp8]))
        )
        let (primary, fallback) = (
            DestinationHarness.whip(first.url()), DestinationHarness.whip(second.url())
        )
        let push = try DestinationHarness { loop in
            let limits = FallbackRules.Limits(
                patience: .seconds(2), stall: .milliseconds(500), confidence: .seconds(1),
                maximumConfidence: .seconds(4))
            let made = Result { try fallback(loop) }
            return FallbackDestination(
                primary: try primary(loop), limits: limits, on: loop
            ) { (try? made.get()) ?? NoDestination() }
        }
        try push.reach("live") { $0.live?.isFallback == false }
        try eventually("media", within: .seconds(10)) {
            first.record(0).frames(.video).count > 5
        }
        #expect(second.requests.isEmpty)
        first.change { server in
            server.refuse(HTTPResponse(status: 500))
            server.peer(0)?.close()
        }
        try push.reach("the fallback") { $0.live?.isFallback == true }
        try eventually("media at the fallback", within: .seconds(10)) {
            second.record(0).frames(.video).count > 5
        }
        let lastOfFirst = SessionPlans.number(of: first.record(0).frames(.video).last?.bytes ?? [])
        let firstOfSecond = SessionPlans.number(
            of: second.record(0).frames(.video).first?.bytes ?? [])
        // The second asks for a keyframe as soon as it is there.
        #expect(firstOfSecond < lastOfFirst + 100)
        first.change { $0.refuse(nil) }
        try push.reach("back again") {
            $0.notices.contains(.switchedBack) && $0.live?.isFallback == false
        }
        try eventually("media again", within: .seconds(10)) {
            first.record(1).frames(.video).count > 5 && second.endedSessions == 1
        }
        // While one takes over from the other both have it.
        let back = SessionPlans.number(of: first.record(1).frames(.video).first?.bytes ?? [])
        let lastOfSecond = SessionPlans.number(
            of: second.record(0).frames(.video).last?.bytes ?? [])
        #expect(back < lastOfSecond)
        try push.close()
        first.stop()
        second.stop()
    }
}

/// Takes nothing.
private final class NoDestination: Destination {
    var state: DestinationState { .failed(.nothingToGive) }
    var wants: [MediaWish] { [] }
    var onEvent: ((DestinationEvent) -> Void)?

    func figures(now: Instant) -> DestinationFigures { DestinationFigures() }
    func start(_ offer: DestinationOffer) {}
    func send(_ bytes: Span<UInt8>, _ frame: OutgoingFrame, now: Instant) {}
    func close(_ done: @escaping () -> Void) { done() }
}

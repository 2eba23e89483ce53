import HTTP
import Measures
import Primitives
import Relaying
import Sessions
import Signaling
import TestSupport
import Testing
import WebRTC

@testable import Probing
@testable import SessionSupport

@Suite(.serialized) struct `What a probe finds wrong` {
    private func probe(
        _ faults: PatternSender.Faults, _ duration: Duration,
        patience: DecodingViewer.Patience = .usual,
        _ each: (PatternSender, Probe, ProbeNews) throws -> Void = { _, _, _ in }
    ) throws -> ProbeStory {
        let bench = try ProbeBench()
        let sender = try PatternSender("http://\(bench.service.httpAddress)/whip/show", faults)
        return try ProbeStory(bench.plan(duration), patience: patience) {
            try each(sender, $0, $1)
        }
    }

    @Test(arguments: [0, 50, -50])
    func `sound that is late or early is found to be so`(milliseconds: Int) throws {
        var faults = PatternSender.Faults()
        faults.soundDelay = .milliseconds(milliseconds)
        let story = try probe(faults, .seconds(5))
        let leads = story.report.totals[.avLead]
        #expect(leads.count >= 3, "\(story.table)")
        let wanted = Int64(milliseconds) * 1000
        #expect(abs((leads.quantile(0.5) ?? .max / 2) - wanted) < 10_000, "\(story.table)")
        #expect(abs((leads.least ?? .max / 2) - wanted) < 10_000, "\(story.table)")
        #expect(abs((leads.greatest ?? .max / 2) - wanted) < 10_000, "\(story.table)")
    }

    @Test func `freezes are counted, and as long as they are`() throws {
        var faults = PatternSender.Faults()
        // The viewer comes within the first second.
        let places: [Int64] = [75, 120, 165]
        faults.missing = places.map { $0..<$0 + 20 }
        let story = try probe(faults, .seconds(8))
        let totals = story.report.totals
        // Twenty pictures are missing, so 21 gaps of a thirtieth of a second are one.
        let long = totals[.freeze].buckets.filter { $0.value > 500_000 }
        #expect(long.reduce(0) { $0 + $1.count } == 3, "\(story.table)")
        #expect(long.allSatisfy { abs($0.value - 700_000) < 150_000 }, "\(story.table)")
        #expect(totals[.framesSkipped] == 60, "\(story.table)")
        #expect(totals[.rebuffer].count == 3, "\(story.table)")
    }

    @Test func `who publishes and leaves is missed`() throws {
        var patience = DecodingViewer.Patience.usual
        patience.silence = .seconds(2)
        let story = try probe(
            PatternSender.Faults(), .seconds(60), patience: patience
        ) { sender, _, news in
            if news.report.totals[.framesDecoded] > 30 { try sender.leave() }
        }
        #expect(story.ending == .lost(.noMedia), "\(story.table)")
        #expect(story.report.totals[.freeze].greatest ?? 0 > 1_500_000, "\(story.table)")
        #expect(story.report.totals[.viewersLost] == 1, "\(story.table)")
        #expect(story.report.totals[.viewersFailed] == 0)
    }

    @Test func `pictures that cannot be decoded are told apart from none`() throws {
        var faults = PatternSender.Faults()
        faults.garbageFrom = 60
        let story = try probe(faults, .seconds(5))
        #expect(story.report.totals[.framesDecoded] > 10, "\(story.table)")
        #expect(story.report.totals[.framesDamaged] > 10, "\(story.table)")
        #expect(story.report.totals[.keyframesAsked] > 0, "\(story.table)")
    }

    @Test func `sound alone is watched, too`() throws {
        var faults = PatternSender.Faults()
        faults.sendsPictures = false
        let story = try probe(faults, .seconds(3))
        #expect(story.ending == .finished, "\(story.table)")
        #expect(story.report.totals[.soundsReceived] > 100, "\(story.table)")
    }

    @Test(arguments: [404, 409, 403, 406, 500])
    func `an endpoint that refuses is told by its status`(status: Int) throws {
        let server = try SessionServer(SessionServer.Settings())
        server.change { $0.refuse(HTTPResponse(status: status)) }
        let story = try ProbeStory(ProbeBench.plan(server.url(.whep), .seconds(2)))
        guard case .failed(.session(.signaling(let failure))) = story.ending else {
            Issue.record("\(story.table)")
            return
        }
        #expect(failure.status == status)
        #expect(story.report.totals[.viewersFailed] == 1, "\(story.table)")
        #expect(story.report.runs[0].ending == "signaling")
        server.stop()
    }

    @Test func `a viewer who gets nothing says so`() throws {
        let server = try SessionServer(SessionServer.Settings())
        var patience = DecodingViewer.Patience.usual
        patience.media = .milliseconds(500)
        let story = try ProbeStory(
            ProbeBench.plan(server.url(.whep), .seconds(2)), patience: patience)
        #expect(story.ending == .failed(.noMedia), "\(story.table)")
        server.stop()
    }

    @Test(arguments: [false, true])
    func `frames are awaited that can be decoded, and asked for`(hasKeyframe: Bool) throws {
        var settings = SessionServer.Settings()
        settings.video = [.vp8]
        let server = try SessionServer(settings)
        var patience = DecodingViewer.Patience.usual
        patience.keyframe = .seconds(2)
        patience.picture = .seconds(1)
        var number: UInt32 = 0
        let story = try ProbeStory(
            ProbeBench.plan(server.url(.whep), .seconds(20)), patience: patience
        ) { _, _ in
            number += 1
            // It looks like VP8 and is none.
            let frame =
                [hasKeyframe ? 0x10 : 0x11, 0, 0, 0x9D, 1, 0x2A, 9, 0, 9, 0]
                + [
                    UInt8
                ](repeating: UInt8(truncatingIfNeeded: number), count: 40)
            let (stamp, isKey) = (number &* 90, true)
            server.change {
                $0.peer(0)?.send(frame, media: 1, timestamp: stamp, isKeyframe: isKey)
            }
        }
        if hasKeyframe {
            #expect(story.ending == .failed(.undecodable(codec: "VP8")), "\(story.table)")
        } else {
            #expect(story.ending == .failed(.noKeyframe), "\(story.table)")
            #expect(story.report.totals[.keyframesAsked] > 1, "\(story.table)")
        }
        server.stop()
    }

    @Test func `a counter-offer is taken`() throws {
        var settings = SessionServer.Settings()
        settings.counterOffers = true
        settings.video = [.vp8]
        let server = try SessionServer(settings)
        var number: UInt32 = 0
        let story = try ProbeStory(
            ProbeBench.plan(server.url(.whep), .milliseconds(300))
        ) { _, _ in
            number += 1
            let frame = SessionPlans.frame(number, isKeyframe: true)
            let stamp = number &* 90
            server.change {
                $0.peer(0)?.send(frame, media: 1, timestamp: stamp, isKeyframe: true)
            }
        }
        #expect(story.ending == .finished, "\(story.table)")
        #expect(story.report.totals[.framesReceived] > 0, "\(story.table)")
        server.stop()
    }
}

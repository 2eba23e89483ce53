import Primitives
import Signaling
import Testing
import WebRTC

@testable import Relaying

@Suite struct ForwardTests {
    @Test
    func `what is published comes to each viewer as it was`() throws {
        let simulation = try ForwardSimulation(seed: 1)
        let publisher = try simulation.publish()
        simulation.run(milliseconds: 300)
        #expect(publisher.sink.isConnected)
        let viewers = try (0..<3).map { _ in try simulation.play() }
        simulation.publish(from: publisher, milliseconds: 3000)
        for viewer in viewers {
            #expect(viewer.sink.isConnected)
            #expect(viewer.sink.frames.count > 60)
            #expect(viewer.sink.isPart(of: simulation.sentFrames))
            #expect(viewer.sink.soundTimes.count > 60)
        }
        #expect(simulation.changes.contains(.active))
        let show = try #require(simulation.core.report.shows.first)
        #expect(show.viewerCount == 3)
        #expect(show.tracks.map(\.codec) == [.opus, .vp8])
        #expect(show.tracks.allSatisfy { $0.layers.allSatisfy(\.isActive) })
        #expect(show.publisher?.packetsLost == 0)
    }

    @Test(arguments: [true, false])
    func `one packet in ten may be lost on the way to a viewer, with RTX and without`(
        usesRTX: Bool
    ) throws {
        for seed in 20..<26 as Range<UInt64> {
            let simulation = try ForwardSimulation(seed: seed)
            let publisher = try simulation.publish()
            simulation.run(milliseconds: 300)
            var plan = ForwardSimulation.ClientPlan()
            plan.usesRTX = usesRTX
            let viewer = try simulation.play(plan)
            viewer.lost = 100
            simulation.publish(from: publisher, milliseconds: 4000)
            viewer.lost = 0
            simulation.publish(from: publisher, milliseconds: 1000)
            #expect(viewer.sink.frames.count > 100, "seed \(seed)")
            #expect(simulation.core.counters.repairsSent > 20, "seed \(seed)")
            // Whatever was lost for good, the pictures that came are those that were sent.
            #expect(viewer.sink.frames.allSatisfy(simulation.sentFrames.contains))
            #expect(
                viewer.sink.frames.last == simulation.sentFrames.dropLast().last
                    || viewer.sink.frames.last == simulation.sentFrames.last)
        }
    }

    @Test
    func `losses between publisher and relay are repaired, and viewers see none of them`() throws {
        let simulation = try ForwardSimulation(seed: 31)
        let publisher = try simulation.publish()
        simulation.run(milliseconds: 300)
        publisher.lost = 60
        var plan = ForwardSimulation.ClientPlan()
        let viewer = try simulation.play(plan)
        plan.delivery = .everyPacket
        let counter = try simulation.play(plan)
        // What overtakes the end of a handshake is lost.
        simulation.run(milliseconds: 300)
        simulation.publish(from: publisher, milliseconds: 4000)
        publisher.lost = 0
        simulation.publish(from: publisher, milliseconds: 500)
        let report = try #require(simulation.core.report.shows.first?.publisher)
        #expect(report.packetsRepaired > 10 && report.packetsLost < report.packetsRepaired / 2)
        #expect(viewer.sink.frames.count > 110)
        let video = counter.sink.packets.filter { $0.media == 1 }.map(\.number)
        let numbers = Set(video)
        #expect(video.count == numbers.count)
        #expect(video.allSatisfy { $0 < 0x8000 })
        let (first, last) = (video.min() ?? 0, video.max() ?? 0)
        let missing = (first...last).filter { !numbers.contains($0) }.map { $0 - first }
        #expect(numbers.count >= Int(last - first) + 1 - 4, "missing \(missing) of \(last - first)")
    }

    @Test
    func `a viewer that comes late begins with the last keyframe at once`() throws {
        let simulation = try ForwardSimulation(seed: 3)
        let publisher = try simulation.publish()
        simulation.run(milliseconds: 300)
        // A file that is passed through: keyframes come when they come.
        simulation.publish(
            from: publisher, milliseconds: 2500, keyframeEach: 60, answersRequests: false)
        let viewer = try simulation.play()
        let asked = simulation.now
        var shownAt: Instant?
        let end = simulation.now + .milliseconds(600)
        while simulation.now < end {
            simulation.publish(
                from: publisher, milliseconds: 33, keyframeEach: 60, answersRequests: false)
            if shownAt == nil, !viewer.sink.frames.isEmpty { shownAt = simulation.now }
        }
        let took = shownAt.map { ($0 - asked).wholeMilliseconds } ?? .max
        #expect(took <= 300, "\(took) ms to the first picture")
        #expect(viewer.sink.isPart(of: simulation.sentFrames))
    }

    @Test
    func `a publisher with a distant keyframe is asked for another, once for all who come`()
        throws
    {
        let simulation = try ForwardSimulation(seed: 4)
        let publisher = try simulation.publish()
        simulation.run(milliseconds: 300)
        simulation.publish(from: publisher, milliseconds: 6000)
        let viewers = try (0..<20).map { _ in try simulation.play() }
        let before = simulation.core.report.counters.keyframeRequests
        simulation.publish(from: publisher, milliseconds: 1000)
        let asked = simulation.core.report.counters.keyframeRequests - before
        #expect((1...3).contains(asked), "asked \(asked) times")
        #expect(simulation.core.report.shows.first?.publisher?.keyframeRequests == before + asked)
        #expect(viewers.allSatisfy { $0.sink.frames.count > 10 })
        let keyframes = simulation.sentFrames.suffix(32).filter { $0[0] & 1 == 0 }
        #expect(keyframes.count <= 3, "\(keyframes.count) keyframes for twenty viewers")
    }

    @Test
    func `viewers wait for a publisher who has gone, and go on with the next`() throws {
        let simulation = try ForwardSimulation(seed: 5)
        let first = try simulation.publish()
        simulation.run(milliseconds: 300)
        var plan = ForwardSimulation.ClientPlan()
        let viewer = try simulation.play(plan)
        plan.delivery = .everyPacket
        let counter = try simulation.play(plan)
        simulation.publish(from: first, milliseconds: 1500)
        simulation.core.end(first.session, now: simulation.now)
        simulation.drain()
        let seen = viewer.sink.frames.count
        simulation.run(milliseconds: 3000)
        #expect(simulation.changes.contains(.inactive))
        #expect(throws: RelayRefusal.notOnAir) { _ = try simulation.play() }
        let second = try simulation.publish()
        simulation.run(milliseconds: 400)
        simulation.wantsKeyframe = true
        simulation.publish(from: second, milliseconds: 2000)
        #expect(viewer.sink.frames.count > seen + 40)
        #expect(simulation.ended[viewer.session] == nil)
        let video = counter.sink.packets.filter { $0.media == 1 }
        #expect(Set(video.map(\.ssrc)).count == 1)
        var behind = 0
        for (one, next) in zip(video, video.dropFirst())
        where Int32(bitPattern: next.timestamp &- one.timestamp) < 0 { behind += 1 }
        #expect(behind < 10, "timestamps go on")
        let jump =
            zip(video, video.dropFirst()).map { $1.timestamp &- $0.timestamp }
            .filter { $0 < 0x8000_0000 }.max() ?? 0
        #expect((200_000...450_000).contains(jump), "the pause is as long as it was: \(jump)")
    }

    @Test
    func `a publisher who comes again takes the show over`() throws {
        let simulation = try ForwardSimulation(seed: 6)
        let first = try simulation.publish()
        simulation.run(milliseconds: 300)
        let viewer = try simulation.play()
        simulation.publish(from: first, milliseconds: 1000)
        let second = try simulation.publish()
        simulation.run(milliseconds: 300)
        #expect(simulation.ended[first.session] == .replaced(by: second.session.text))
        simulation.wantsKeyframe = true
        let seen = viewer.sink.frames.count
        simulation.publish(from: second, milliseconds: 1500)
        #expect(viewer.sink.frames.count > seen + 30)

        let strict = try ForwardSimulation(seed: 6, policy: .refuse)
        try strict.publish()
        #expect(throws: RelayRefusal.alreadyPublished) { try strict.publish() }
    }

    @Test
    func `who is not heard of any more is let go within seconds`() throws {
        let simulation = try ForwardSimulation(seed: 7)
        let publisher = try simulation.publish()
        simulation.run(milliseconds: 300)
        let (viewer, other) = (try simulation.play(), try simulation.play())
        simulation.publish(from: publisher, milliseconds: 500)
        viewer.isGone = true
        simulation.publish(from: publisher, milliseconds: 12_000)
        #expect(simulation.ended[viewer.session] == .silent)
        #expect(simulation.ended[other.session] == nil)
        other.peer.close(now: simulation.now, into: &other.sink)
        simulation.drain()
        simulation.run(milliseconds: 100)
        #expect(simulation.ended[other.session] == .left)
        publisher.isGone = true
        simulation.run(milliseconds: 12_000)
        #expect(simulation.ended[publisher.session] == .silent)
        #expect(simulation.core.report.shows.isEmpty)
        #expect(simulation.core.report.sessions == 0)
    }

    @Test
    func `sound and picture stay together by the publisher's clock`() throws {
        let simulation = try ForwardSimulation(seed: 8)
        let publisher = try simulation.publish()
        simulation.run(milliseconds: 300)
        let viewer = try simulation.play()
        simulation.publish(from: publisher, milliseconds: 5000)
        let sounds = viewer.sink.soundTimes.suffix(20)
        let pictures = viewer.sink.frameTimes.suffix(20)
        #expect(sounds.count == 20 && pictures.count == 20)
        // Both are sent at one instant each.
        for picture in pictures {
            guard let time = picture.sender else {
                Issue.record("no report came")
                continue
            }
            let nearest =
                sounds.compactMap(\.sender).map { abs($0.nanoseconds(since: time)) }
                .min() ?? .max
            #expect(
                nearest < 5_000_000 || picture.timestamp == pictures.first?.timestamp
                    || picture.timestamp == pictures.last?.timestamp)
        }
    }

    @Test
    func `limits are kept, and what cannot be served is refused with its reason`() throws {
        var limits = RelayLimits.standard
        limits.viewersPerShow = 1
        limits.sessions = 3
        let simulation = try ForwardSimulation(seed: 9, limits: limits)
        #expect(throws: RelayRefusal.notOnAir) { try simulation.play() }
        try simulation.publish()
        #expect(throws: RelayRefusal.noCommonCodec) {
            var plan = ForwardSimulation.ClientPlan()
            plan.audio = false
            plan.video = .av1
            try simulation.play(plan)
        }
        try simulation.play()
        #expect(throws: RelayRefusal.tooManyViewers(limit: 1)) { try simulation.play() }
        try simulation.publish(show: "other")
        #expect(throws: RelayRefusal.tooManySessions(limit: 3)) {
            try simulation.publish(show: "third")
        }
        simulation.core.isDraining = true
        #expect(throws: RelayRefusal.draining) { try simulation.play() }
        simulation.core.closeAll(now: simulation.now)
        #expect(simulation.core.report.sessions == 0)
    }
}

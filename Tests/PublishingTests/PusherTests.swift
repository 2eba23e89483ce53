import HTTP
import Network
import Primitives
import Synchronization
import Testing
import TestSupport
import WebRTC

@testable import Media
@testable import Publishing

/// A feed that gives what a test tells it to, on the loop.
final class FakeFeed: FrameFeed {
    var onReport: ((FeedReport) -> Void)?
    var input = OpenedInput(
        tracks: [Tracks.picture(), Tracks.sound(.aac)], isLive: false, duration: nil)
    /// Frames go up to here.
    var length: Int64 = 400_000_000
    private(set) var wanted: Set<RenditionName> = []
    private(set) var keyframes: [RenditionName] = []
    private(set) var rates: [Int] = []
    private(set) var isClosed = false
    private(set) var filled: Int64 = 0
    /// What was said at the first filling, and when.
    private(set) var firstFill: (onAir: Instant?, at: Instant)?
    /// Before the byte that numbers a frame.
    var head: [UInt8] = []
    private var next: Int64 = 0
    private let loop: EventLoop

    init(on loop: EventLoop) { self.loop = loop }

    private func tell(_ report: FeedReport) {
        let box = SentReport(feed: self, report: report)
        loop.submit { box.feed.onReport?(box.report) }
    }

    func open() { tell(.opened(input)) }
    func begin(_ plan: RenditionPlan) {}
    func want(_ renditions: Set<RenditionName>) { wanted = renditions }
    func makeKeyframe(_ rendition: RenditionName) { keyframes.append(rendition) }
    func setRate(_ rendition: RenditionName, bitsPerSecond: Int) { rates.append(bitsPerSecond) }
    func close() { isClosed = true }

    func fill(until time: Int64, onAir: Instant?) {
        filled = time
        firstFill = firstFill ?? (onAir, loop.now)
        var frames: [FeedFrame] = []
        while next < min(time, length) {
            for name in wanted.sorted(by: { $0.choice < $1.choice }) where name.kind == .video {
                frames.append(
                    FeedFrame(
                        rendition: name, isKeyframe: next == 0, decoding: next, presentation: next,
                        duration: 20_000_000, captured: nil,
                        bytes: head + [UInt8(next / 20_000_000)]))
            }
            next += 20_000_000
        }
        tell(.frames(frames))
        tell(.filled(until: time))
        if next >= length { tell(.ended) }
    }
}

/// Carries a report to the loop, where alone it is used.
private struct SentReport: @unchecked Sendable {  // only the loop's thread touches it
    let feed: FakeFeed
    let report: FeedReport
}

/// A destination that takes what it is told to take.
final class FakeDestination: Destination {
    var state = DestinationState.idle
    var wants: [MediaWish] = []
    var onEvent: ((DestinationEvent) -> Void)?
    private(set) var frames: [(frame: OutgoingFrame, at: Instant, byte: UInt8)] = []
    private(set) var offer: DestinationOffer?
    private(set) var isClosed = false
    /// Frames of these choices are taken at once; none fails at once.
    var takes: [Int]?
    private let loop: EventLoop
    private var timer: LoopTimer?

    init(on loop: EventLoop, takes: [Int]?, after delay: Duration = .milliseconds(20)) {
        self.loop = loop
        self.takes = takes
        self.delay = delay
        timer = loop.timer { [weak self] in self?.come() }
    }

    private let delay: Duration
    private(set) var stamps: [StampSEI] = []

    func start(_ offer: DestinationOffer) {
        self.offer = offer
        state = .connecting
        timer?.set(at: loop.now + delay)
    }

    private func come() {
        if let takes {
            wants = takes.map { MediaWish(kind: .video, choice: $0, layers: [0]) }
            state = .live(
                LiveMedia(
                    video: takes[0], audio: nil, layers: 1, stalledSince: nil, isFallback: false))
        } else {
            state = .failed(.nothingToGive)
        }
        onEvent?(.changed)
    }

    func figures(now: Instant) -> DestinationFigures {
        var figures = DestinationFigures()
        figures.frames = frames.count
        return figures
    }

    func send(_ bytes: Span<UInt8>, _ frame: OutgoingFrame, now: Instant) {
        guard wants.contains(where: { $0.kind == frame.kind && $0.choice == frame.choice }) else {
            return
        }
        frames.append((frame, now, bytes[0]))
        if let stamp = StampSEI(of: bytes, .h264, .annexB) { stamps.append(stamp) }
    }

    func close(_ done: @escaping () -> Void) {
        isClosed = true
        state = .ended
        done()
    }
}

/// A pusher with fakes around it, on a loop.
final class PusherRun: @unchecked Sendable {  // all but the loop belongs to the loop's thread
    let loop: EventLoop
    private(set) var pusher: Pusher?
    private(set) var feed: FakeFeed?
    private(set) var destinations: [FakeDestination] = []
    /// How often it has told that there is something to look at.
    private(set) var newsCount = 0
    /// The wall clock's zero.
    private(set) var begun = Instant(nanoseconds: 0)

    init(
        _ make: @escaping @Sendable (EventLoop) -> [FakeDestination],
        feed change: @escaping @Sendable (FakeFeed) -> Void = { _ in },
        wish: RenditionWish = RenditionWish()
    ) throws {
        loop = try EventLoop(name: "pusher test", processor: nil)
        _ = loop.perform { [self] in
            let feed = FakeFeed(on: loop)
            change(feed)
            self.feed = feed
            destinations = make(loop)
            begun = loop.now
            guard let url = try? URL(parsing: "http://127.0.0.1/whip") else { return }
            let plan = PushPlan(
                inputs: [], loops: false, start: .zero, duration: nil, pacing: .automatic,
                inputTimeout: .seconds(1), wish: wish,
                targets: destinations.map { _ in
                    PlannedDestination(address: .whip(url), fallback: nil)
                },
                network: PushNetwork(
                    bearer: nil, servers: [], relayOnly: false, isStrict: false,
                    authorityPath: nil, verifiesPeer: true, userAgent: "test", reconnects: true))
            pusher = Pusher(
                on: loop, plan: plan, feed: feed,
                wallClock: WallClockAnchor(instant: loop.now, nanosecondsSince1970: 0)
            ) { [self] _ in destinations }
            pusher?.onNews = { [self] in newsCount += 1 }
            pusher?.start()
        }
    }

    deinit {
        loop.stop()
        loop.join()
    }

    func look<Answer: Sendable>(_ body: @escaping @Sendable (PusherRun) -> Answer) throws -> Answer
    {
        let answer = loop.perform { [self] in body(self) }
        return try #require(answer)
    }

    var ending: PushEnding? {
        loop.perform { [self] () -> PushEnding? in
            guard case .ended(let ending)? = pusher?.report(now: loop.now).phase else { return nil }
            return ending
        } ?? nil
    }

    func awaitEnd() throws -> PushEnding {
        try eventually("the push ends", within: .seconds(10)) { ending != nil }
        return try #require(ending)
    }
}

@Suite struct `A push` {
    @Test func `news is told once until it is looked at, and so is the end`() throws {
        let run = try PusherRun { [FakeDestination(on: $0, takes: [0])] }
        _ = try run.awaitEnd()
        let untaken = try run.look { ($0.newsCount, $0.pusher?.takeEvents().count ?? 0) }
        #expect(untaken.0 == 2)
        #expect(untaken.1 > 2)
        #expect(try run.look { $0.pusher?.takeEvents().isEmpty == true })
    }

    @Test func `a file goes out at its pace, whole, and everybody is told goodbye`() throws {
        let run = try PusherRun { [FakeDestination(on: $0, takes: [0])] }
        #expect(try run.awaitEnd() == .finished)
        let frames = try run.look {
            $0.destinations[0].frames.map { ($0.frame.mediaTime, $0.at, $0.byte) }
        }
        #expect(frames.map { Int($0.2) } == Array(0..<20))
        let first = try #require(frames.first)
        for (time, at, _) in frames {
            let late = (at - first.1) - time
            // What is early would be a burst; how late it is depends on the machine.
            #expect(late >= .zero && late < .milliseconds(150), "\(time): \(late)")
        }
        #expect(try run.look { $0.destinations[0].isClosed && $0.feed?.isClosed == true })
    }

    @Test func `nothing of a file is lost while its destination connects`() throws {
        let run = try PusherRun {
            [FakeDestination(on: $0, takes: [0], after: .milliseconds(300))]
        }
        #expect(try run.awaitEnd() == .finished)
        #expect(try run.look { $0.destinations[0].frames.count } == 20)
        #expect(try run.look { $0.pusher?.framesDropped } == 0)
    }

    @Test func `one that cannot be had harms no other`() throws {
        let run = try PusherRun {
            [FakeDestination(on: $0, takes: nil), FakeDestination(on: $0, takes: [0])]
        }
        #expect(try run.awaitEnd() == .finished)
        #expect(try run.look { $0.destinations.map(\.frames.count) } == [0, 20])
    }

    @Test func `the push ends where no destination is left`() throws {
        let run = try PusherRun {
            [FakeDestination(on: $0, takes: nil), FakeDestination(on: $0, takes: nil)]
        }
        #expect(try run.awaitEnd() == .noDestination)
    }

    @Test func `a stamp beside each picture says when it was captured, and when it left`() throws {
        var wish = RenditionWish()
        wish.stamp = .sei
        let run = try PusherRun(
            { [FakeDestination(on: $0, takes: [0]), FakeDestination(on: $0, takes: [0])] },
            feed: { $0.head = [0, 0, 1, 0x41] }, wish: wish)
        #expect(try run.awaitEnd() == .finished)
        let all = try run.look { run in
            run.destinations.map { one in
                (one.stamps, one.frames.map(\.frame), one.frames.map(\.at))
            }
        }
        for (stamps, frames, left) in all {
            #expect(stamps.map { Int($0.number) } == Array(0..<20))
            for (place, stamp) in stamps.enumerated() where place < frames.count {
                #expect(stamp.captured == frames[place].captured?.nanosecondsSince1970)
                #expect(stamp.sent >= stamp.captured)
                let step = left[place] - left[0]
                #expect(stamp.sent - stamps[0].sent == step.wholeNanoseconds)
            }
        }
    }

    @Test func `what is burned in is made when it is known when it will be shown`() throws {
        var wish = RenditionWish()
        wish.stamp = .picture
        let run = try PusherRun(
            { [FakeDestination(on: $0, takes: [0], after: .milliseconds(300))] }, wish: wish)
        let set = try run.look { $0.loop.now }
        #expect(try run.awaitEnd() == .finished)
        let fill = try #require(try run.look { $0.feed?.firstFill })
        let onAir = try #require(fill.onAir)
        #expect(fill.at - set >= .milliseconds(250))
        let first = try #require(try run.look { $0.destinations[0].frames.first })
        #expect(try run.look { $0.destinations[0].frames.count } == 20)
        #expect(
            first.frame.captured
                == NTPTime(nanosecondsSince1970: (onAir - run.begun).wholeNanoseconds))
        #expect(first.at >= onAir)
    }

    @Test func `whoever takes another codec is given it`() throws {
        let run = try PusherRun({ [FakeDestination(on: $0, takes: [2])] })
        #expect(try run.awaitEnd() == .finished)
        let choices = try run.look { Set($0.destinations[0].frames.map(\.frame.choice)) }
        #expect(choices == [2])
        let wanted = try run.look { $0.feed?.wanted }
        #expect(wanted == [RenditionName(kind: .video, choice: 2, layer: 0)])
    }

    @Test func `wishes reach the encoder, and keyframes are not made too often`() throws {
        var wish = RenditionWish()
        wish.copyRule = .never
        let asked = wish
        let run = try PusherRun(
            { [FakeDestination(on: $0, takes: [0])] }, feed: { $0.length = 2_000_000_000 },
            wish: asked)
        try eventually("it is on the air") {
            try run.look { $0.pusher?.phase == .onAir }
        }
        try run.look { run in
            for _ in 0..<10 {
                run.destinations[0].onEvent?(.keyframeWanted(choice: 0, layer: 0))
            }
            run.destinations[0].onEvent?(.targetBitRate(choice: 0, bitsPerSecond: 800_000))
        }
        // One when it came, and at most one soon after that for all who asked.
        #expect(try run.look { $0.feed?.keyframes.count ?? 0 } <= 2)
        #expect(try run.look { $0.feed?.rates } == [800_000])
        try eventually("the wish that came too soon is granted later") {
            try run.look { $0.feed?.keyframes.count ?? 0 } == 2
        }
        try run.look { $0.pusher?.stop() }
        #expect(try run.awaitEnd() == .stopped)
    }

    @Test func `a live input that nobody can have yet is gone`() throws {
        let run = try PusherRun(
            { [FakeDestination(on: $0, takes: [0])] },
            feed: { $0.input.isLive = true })
        try eventually("it is there") { try run.look { $0.pusher?.firstReady != nil } }
        try run.look { $0.feed?.fill(until: 100_000_000, onAir: nil) }
        try eventually("frames arrive") { try run.look { $0.destinations[0].frames.count } == 5 }
        try run.look { $0.pusher?.stop() }
        #expect(try run.awaitEnd() == .stopped)
    }

    @Test func `what cannot be sent is refused before anybody is bothered`() throws {
        var wish = RenditionWish()
        wish.copyRule = .always
        let asked = wish
        let run = try PusherRun({ [FakeDestination(on: $0, takes: [0])] }, wish: asked)
        guard case .refused = try run.awaitEnd() else {
            Issue.record("not refused")
            return
        }
        #expect(try run.look { $0.destinations[0].offer == nil })
    }
}

@Suite struct `Agreement on a rate` {
    @Test func `the weakest sets it, unless he is much weaker`() {
        let table: [([Double], Double?)] = [
            ([], nil), ([2e6], 2e6), ([2e6, 1.5e6], 1.5e6), ([2e6, 1e5], 1e6), ([0, 0], 0),
        ]
        for (targets, agreed) in table { #expect(RateAgreement.agree(targets) == agreed) }
    }

    @Test func `small changes are no news`() {
        #expect(RateAgreement.isNews(1000, after: nil))
        #expect(!RateAgreement.isNews(1_010_000, after: 1_000_000))
        #expect(RateAgreement.isNews(1_050_000, after: 1_000_000))
        #expect(RateAgreement.isNews(0, after: 1_000_000))
        #expect(!RateAgreement.isNews(0, after: 0))
    }
}

@Suite struct `Frames that wait` {
    private func frame(_ kind: MediaKind, _ time: Int64, bytes: Int = 1) -> FeedFrame {
        FeedFrame(
            rendition: RenditionName(kind: kind, choice: 0, layer: 0), isKeyframe: true,
            decoding: time, presentation: time, duration: 1, captured: nil,
            bytes: [UInt8](repeating: 0, count: bytes))
    }

    private func add(_ queue: inout FrameQueue, _ frame: FeedFrame, isTaken: Bool = true) {
        let answer = queue.append(frame)
        #expect(answer == isTaken)
    }

    @Test func `leave by time, whatever the order they came in`() {
        var queue = FrameQueue()
        for time: Int64 in 0..<600 { add(&queue, frame(.video, time * 3)) }
        for time: Int64 in 0..<900 { add(&queue, frame(.audio, time * 2)) }
        var last: Int64 = -1
        var count = 0
        while let time = queue.nextTime {
            let taken = queue.take()
            #expect(taken?.decoding == time)
            #expect(time >= last)
            last = time
            count += 1
        }
        #expect(count == 1500)
        #expect(queue.bytes == 0)
        #expect(queue.isEmpty)
    }

    @Test func `too many are not taken`() {
        var queue = FrameQueue()
        let half = FrameQueue.Limits.bytes / 2
        add(&queue, frame(.video, 0, bytes: half))
        add(&queue, frame(.video, 1, bytes: half))
        add(&queue, frame(.video, 2), isTaken: false)
        queue.removeAll()
        for time in 0..<FrameQueue.Limits.frames {
            add(&queue, frame(.audio, Int64(time), bytes: 0))
        }
        add(&queue, frame(.audio, 0, bytes: 0), isTaken: false)
    }
}

import CommandLineKit
import Commerce
import Primitives
import Stores

/// A storm against a real store: what is due goes out in batches, and its answers come back.
struct StormRun {
    private static let batchLimit = 256
    private static let pollInterval = Duration.milliseconds(5)
    private static let statusInterval = Duration.milliseconds(100)
    private static let offerInterval = Duration.milliseconds(250)
    /// Calls in a row that may come to nothing before the storm gives up.
    private static let failureLimit = 20

    let ground: StormGround
    private(set) var storm: Storm
    private(set) var latencies = StormLatencies()
    /// Time in calls of the store.
    private(set) var busy = Duration.zero
    private(set) var elapsed = Duration.zero
    /// Calls that the store could not do: nothing was done, and all of it was asked again.
    private(set) var failedCalls: Int64 = 0

    private let speed: Int
    private let console: Console
    private let start: Instant
    private var nextStatus: Instant
    private var nextOffers: Instant
    private var failuresInARow = 0

    init(_ storm: Storm, on ground: StormGround, speed: Int, console: Console) {
        self.storm = storm
        self.ground = ground
        self.speed = speed
        self.console = console
        start = console.clocks.monotonic()
        nextStatus = start
        nextOffers = start
    }

    mutating func run() throws {
        while !storm.isOver {
            try Interruption.check()
            let asks = storm.take(at: now(), limit: Self.batchLimit)
            if !asks.isEmpty { try answer(asks) }
            try lookForOffers()
            showStatus()
            if asks.isEmpty { try idle() }
        }
        // Holds that nobody cares for lapse by themselves; that is part of what is shown.
        while now() < storm.lastDeadline {
            try Interruption.check()
            showStatus()
            Interruption.sleep(Self.pollInterval)
        }
        elapsed = console.clocks.monotonic() - start
        console.clearProgress()
    }

    /// The time of the show.
    private func now() -> Duration { (console.clocks.monotonic() - start) * speed }

    private mutating func answer(_ asks: [Storm.Ask]) throws {
        let requests = try asks.map { ReservationRequest(try storm.verb(for: $0)) }
        let began = console.clocks.monotonic()
        let results: [Result<ReservationAnswer, any Error>]
        do {
            results = try ground.store.perform(
                requests, in: ground.catalogue, at: console.clocks.wall())
            failuresInARow = 0
        } catch let error as StoreError {
            failuresInARow += 1
            failedCalls += 1
            guard Self.mayPass(error), failuresInARow < Self.failureLimit else { throw error }
            for ask in asks { storm.take(.unknown, to: ask, at: now()) }
            return
        }
        let ended = console.clocks.monotonic()
        busy += ended - began
        let time = (ended - start) * speed
        for (ask, result) in zip(asks, results) {
            latencies.add((time - ask.time) / speed, of: ask.kind)
            storm.take(try Self.reply(result), to: ask, at: time)
        }
    }

    /// Nothing was done, and it may be done later.
    private static func mayPass(_ error: StoreError) -> Bool {
        switch error {
        case .busy, .unreachable, .unknown: true
        default: false
        }
    }

    private static func reply(
        _ result: Result<ReservationAnswer, any Error>
    ) throws -> Storm.Reply {
        do {
            let answer = try result.get()
            guard let reservation = answer.reservation else { return .waits }
            return .stands(
                reservation.state, units: reservation.lines.map(\.quantity).reduce(0, +),
                isLate: reservation.isLate)
        } catch let error as CommerceError {
            switch error {
            case .soldOut, .overCap: return .soldOut
            case .tooLate: return .tooLate
            case .reservationOver: return .over
            default: return .failed
            }
        } catch let error as StoreError {
            guard case .unknown = error else { throw error }
            return .unknown
        }
    }

    /// Waiting buyers are told of their offers, and go home when there is nothing to come.
    private mutating func lookForOffers() throws {
        guard storm.plan.waiting > 0 else { return }
        let instant = console.clocks.monotonic()
        guard instant >= nextOffers else { return }
        nextOffers = instant + Self.offerInterval
        try ground.letDueExpire()
        let open = try ground.reservations([.held, .paying]).filter { reservation in
            storm.number(of: reservation.buyer) != nil
        }
        for reservation in open where reservation.offeredTo != nil {
            guard let buyer = storm.number(of: reservation.buyer) else { continue }
            storm.offer(reservation.id, to: buyer, at: now())
        }
        if storm.onlyWaits, open.isEmpty { storm.sendHome() }
    }

    private func idle() throws {
        let wait = storm.nextDue.map { ($0 - now()) / speed } ?? Self.pollInterval
        if wait > .zero { Interruption.sleep(min(wait, Self.pollInterval)) }
    }

    private mutating func showStatus() {
        let instant = console.clocks.monotonic()
        guard console.showsStatus, instant >= nextStatus else { return }
        nextStatus = instant + Self.statusInterval
        let seconds = max(1, (instant - start).wholeMilliseconds)
        let rate = storm.tally.requests * 1000 / seconds
        let tally = storm.tally
        console.showStatus(
            "storm \((instant - start).wholeMilliseconds / 1000) s: "
                + "\(tally.unitsSold.grouped) units sold, \(Int64(storm.holding).grouped) held, "
                + "\(tally.soldOut.grouped) buyers sold out, "
                + "\(Int64(storm.activeBuyers).grouped) still there, \(rate.grouped)/s")
    }
}

/// How long buyers waited for answers, by what they asked.
struct StormLatencies {
    private(set) var reserve: [Int64] = []
    private(set) var confirm: [Int64] = []

    mutating func add(_ time: Duration, of kind: Storm.Ask.Kind) {
        let microseconds = max(0, time.wholeNanoseconds / 1000)
        switch kind {
        case .reserve: reserve.append(microseconds)
        case .confirm: confirm.append(microseconds)
        case .join, .pay, .release: break
        }
    }

    /// In microseconds.
    struct Summary: Equatable {
        let count: Int
        let p50: Int64
        let p99: Int64
        let p999: Int64
        let greatest: Int64

        init?(_ values: [Int64]) {
            let sorted = values.sorted()
            guard let last = sorted.last else { return nil }
            func quantile(_ thousandths: Int) -> Int64 {
                sorted[min(sorted.count - 1, sorted.count * thousandths / 1000)]
            }
            count = sorted.count
            p50 = quantile(500)
            p99 = quantile(990)
            p999 = quantile(999)
            greatest = last
        }
    }
}

import Commerce
import Primitives

/// What a storm is made of: how many buyers come for how many units, and what goes wrong with them.
struct StormPlan: Sendable, Equatable {
    let seed: UInt64
    let buyers: Int
    /// Shares of the buyers, in thousandths.
    let abandoning: Int
    let duplicating: Int
    let crashing: Int
    let late: Int
    let waiting: Int
    /// In the time of the show, which a storm may run through faster.
    let holdTime: Duration
    let rush: Duration

    static let maximumBuyers = 1_000_000
}

/// What one buyer will do, whatever the store answers: drawn beforehand, and so the same for the
/// same seed on a fast store and on a slow one. Times are of the show.
struct StormBuyer: Sendable, Equatable {
    enum Intent: Sendable, Equatable {
        case pays
        /// Pays when the hold is over.
        case paysLate
        /// Closes the page: the hold lapses.
        case walksAway
        /// Takes it out of the basket.
        case givesBack
    }

    let intent: Intent
    let quantity: Int64
    let arrival: Duration
    /// Between being told of a hold and doing something about it.
    let thinking: Duration
    /// Says first that the money is under way, and then needs this long.
    let paying: Duration?
    /// How much later the same request comes a second time.
    let secondTap: Duration?
    /// The first answer is never read; the buyer's phone asks again after this.
    let restart: Duration?
    /// Asks so often again where it is sold out.
    let patience: Int
    let pause: Duration
    let joinsWaitlist: Bool

    /// Every buyer draws from a stream of its own, so that one more buyer changes no other.
    init(_ number: Int, of plan: StormPlan) {
        var random = SeededRandom(seed: plan.seed &+ UInt64(number) &* 0x9E37_79B9)
        // The first numbers of neighbouring seeds are not far enough from each other to trust.
        random = SeededRandom(seed: random.next() ^ random.next())
        func share(_ thousandths: Int) -> Bool {
            Int.random(in: 0..<1000, using: &random) < thousandths
        }
        func time(_ range: ClosedRange<Int64>) -> Duration {
            .milliseconds(Int64.random(in: range, using: &random))
        }
        let isAbandoned = share(plan.abandoning)
        let goesSilently = share(700)
        let isLate = share(plan.late)
        intent =
            isAbandoned ? (goesSilently ? .walksAway : .givesBack) : isLate ? .paysLate : .pays
        quantity = share(850) ? 1 : 2
        // Most come at once.
        let place = Double(Int64.random(in: 0..<1_000_000, using: &random)) / 1_000_000
        arrival = plan.rush * (place * place)
        let patientTime = max(1000, plan.holdTime.wholeMilliseconds * 6 / 10)
        thinking = time(500...patientTime)
        let payment = time(500...5000)
        paying = share(300) ? payment : nil
        let tap = time(50...400)
        secondTap = share(plan.duplicating) ? tap : nil
        let boot = time(500...6000)
        restart = share(plan.crashing) ? boot : nil
        patience = Int.random(in: 0...3, using: &random)
        pause = time(3000...20_000)
        joinsWaitlist = share(plan.waiting)
    }
}

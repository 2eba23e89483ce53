import CommandLineKit
import Commerce
import Primitives
import Stores

/// `lcctl drill …`
enum DrillCommands {
    static let noun = Command(
        "drill", "Try a store under what a real sale does to it",
        subcommands: [StormCommand.command])
}

/// `lcctl drill storm`
enum StormCommand {
    private static let buyers = Argument.option(
        "buyers", .integer(in: 1...Int64(StormPlan.maximumBuyers)), "how many buyers come",
        default: "1000")
    private static let sku = Argument.option("sku", .sku, "what they want", default: "STORM")
    private static let stock = Argument.option(
        "stock", .integer(in: 0...Stock.maximum), "how many units there are", default: "100")
    private static let abandoning = Argument.option(
        "abandon", .share, "how many let their hold lapse, or give it back", default: "30%")
    private static let duplicating = Argument.option(
        "duplicate", .share, "how many tap twice", default: "10%")
    private static let crashing = Argument.option(
        "crash", .share, "how many never read an answer, and ask again", default: "5%")
    private static let late = Argument.option(
        "late", .share, "how many pay when their hold is over", default: "3%")
    private static let waiting = Argument.option(
        "waitlist", .share, "how many of those who find it sold out join the waitlist",
        default: "0%")
    private static let time = Argument.option(
        "ttl", .holdTime, "how long units are held", default: "90s")
    private static let rush = Argument.option(
        "rush", .duration, "within what time the buyers come", default: "30s")
    private static let speed = Argument.option(
        "speed", .integer(in: 1...1000), "how many times faster than a real sale", default: "1")
    private static let seed = Argument.option(
        "seed", .integer("SEED", in: 0...Int64.max),
        "what the buyers' decisions are drawn from; a new one unless given")

    static let command = Command(
        "storm", "Run a seeded flash sale against the store, and check every unit of it",
        discussion: [
            "Each buyer arrives, reserves, thinks, and pays, gives back, or walks away. Some tap "
                + "twice, some never read an answer and ask again, some pay too late. The same seed "
                + "draws the same decisions; what comes of them is up to the store.",
            "It runs in a catalogue of its own, which is deleted afterwards. Named with --catalogue "
                + "on the command line, a real one is used: its units are really sold, so --yes is "
                + "needed, and --stock does not count.",
            "Status 0 means that nobody was sold what was not there, every sale that was told is "
                + "kept, every unit is accounted for, and the audit agrees.",
        ],
        output: .document,
        arguments: [
            buyers.row, sku.row, stock.row, abandoning.row, duplicating.row, crashing.row, late.row,
            waiting.row, time.row, rush.row, speed.row, seed.row, Common.isConfirmed.row,
        ],
        examples: [
            Example(
                "lcctl drill storm --buyers 10000 --stock 500 --abandon 30% --speed 30",
                "before the real one"),
            Example(
                "lcctl drill storm --buyers 2000 --waitlist 50% --speed 60 --seed 7 -o json",
                "the same decisions each time"),
        ],
        exitStatuses: Common.storeStatuses + [.negative, .notFound, .conflict],
        run: run)

    private static let run: Command.Run = { invocation, console in
        let speed = invocation[speed]
        let holdTime = Duration.nanoseconds(invocation[time].wholeNanoseconds / speed)
        guard holdTime >= HoldPolicy.minimumTime else {
            throw Failure(
                .usage, "drill.too-fast", "at that speed a hold would last less than a second",
                hint: "lower --speed, or make --ttl longer")
        }
        let isReal = invocation.origin(of: Common.catalogue) == .commandLine
        if isReal {
            try console.confirm(
                "really sell units of SKU '\(invocation[sku])' in catalogue "
                    + "'\(invocation[Common.catalogue])'",
                isConfirmed: invocation[Common.isConfirmed])
        }
        var random = SystemRandomNumberGenerator()
        // Seeds that people can say.
        let drawn = Int64.random(in: 1..<1_000_000_000, using: &random)
        let plan = plan(invocation, seed: UInt64(invocation[seed] ?? drawn))
        console.note("seed \(plan.seed)")
        let shop = try Shop(invocation, console)
        try shop.tellWarnings()
        let name = "storm-\(String(random.next() >> 24, radix: 36))"
        let code = invocation[sku]
        let ground =
            try isReal
            ? StormGround(real: code, in: shop)
            : StormGround(
                making: CatalogueName(name), code, stock: Stock(onHand: invocation[stock]),
                holdTime: holdTime, in: shop)
        let storm = Storm(plan, name: name, code: code, storeHoldTime: holdTime)
        var run = StormRun(storm, on: ground, speed: Int(speed), console: console)
        let report: StormReport
        do {
            try run.run()
            report = try StormReport(
                run, settings: settings(plan, speed: speed), console: console)
        } catch {
            console.clearProgress()
            cleanUp(run, invocation, console)
            throw error
        }
        cleanUp(run, invocation, console)
        try console.answer(invocation, report.document) { report.text }
        return report.isPassed ? .ok : .negative
    }

    private static func plan(_ invocation: Invocation, seed: UInt64) -> StormPlan {
        StormPlan(
            seed: seed, buyers: Int(invocation[buyers]), abandoning: invocation[abandoning],
            duplicating: invocation[duplicating], crashing: invocation[crashing],
            late: invocation[late], waiting: invocation[waiting], holdTime: invocation[time],
            rush: invocation[rush])
    }

    private static func settings(_ plan: StormPlan, speed: Int64) -> JSON {
        [
            "abandon_permille": .integer(Int64(plan.abandoning)),
            "buyers": .integer(Int64(plan.buyers)),
            "crash_permille": .integer(Int64(plan.crashing)),
            "duplicate_permille": .integer(Int64(plan.duplicating)),
            "hold_time_ms": .integer(plan.holdTime.wholeMilliseconds),
            "late_permille": .integer(Int64(plan.late)),
            "rush_ms": .integer(plan.rush.wholeMilliseconds),
            "seed": .integer(Int64(clamping: plan.seed)), "speed": .integer(speed),
            "waitlist_permille": .integer(Int64(plan.waiting)),
        ]
    }

    /// Whatever has happened, nothing of the storm is left in the way of others.
    private static func cleanUp(
        _ run: StormRun, _ invocation: Invocation, _ console: Console
    ) {
        do {
            var ground = run.ground
            if Interruption.isAsked { ground.store = try Shop(tidying: invocation, console).store }
            try ground.release(run.storm)
            try ground.delete()
        } catch {
            let name = run.ground.catalogue
            console.note(
                run.ground.isOwn
                    ? "catalogue '\(name)' is left; when its holds have lapsed, 'lcctl catalogue "
                        + "delete \(name)' removes it"
                    : "some holds are left in catalogue '\(name)'; they lapse by themselves")
        }
    }
}

extension ValueKind<Int> {
    /// `30%`, in thousandths.
    fileprivate static let share = ValueKind("SHARE") { text throws(ValueProblem) in
        let parts = text.dropLast().split(separator: ".", omittingEmptySubsequences: false)
        guard text.hasSuffix("%"), (1...2).contains(parts.count),
            parts.allSatisfy({ part in part.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let whole = Int(parts[0]), parts.count == 1 || parts[1].count == 1,
            let tenths = parts.count == 1 ? 0 : Int(parts[1]), whole * 10 + tenths <= 1000
        else { throw ValueProblem("a share from 0% to 100%, such as 30% or 2.5%") }
        return whole * 10 + tenths
    }
}

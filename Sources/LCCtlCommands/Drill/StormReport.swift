import CommandLineKit
import Commerce
import Primitives
import Stores

/// What a storm came to, checked against what its buyers were told.
struct StormReport {
    let run: StormRun
    let settings: JSON
    let end: Stock
    let audit: AuditReport
    /// Of the storm's reservations, as the store has them in the end.
    let expired: Int64
    let released: Int64
    /// Units of sales that the store has.
    let unitsKept: Int64
    /// Buyers who were told of a sale that is not there.
    let lostSales: Int64

    init(_ run: StormRun, settings: JSON, console: Console) throws {
        self.run = run
        self.settings = settings
        let (storm, ground) = (run.storm, run.ground)
        try ground.letDueExpire()
        var (expired, released, unitsKept) = (Int64(0), Int64(0), Int64(0))
        var sold: Set<Int> = []
        for reservation in try ground.reservations(Set(Reservation.State.allCases)) {
            guard let buyer = storm.number(of: reservation.buyer) else { continue }
            switch reservation.state {
            case .expired: expired += 1
            case .released: released += 1
            case .confirmed:
                unitsKept += reservation.lines.map(\.quantity).reduce(0, +)
                sold.insert(buyer)
            case .held, .paying: break
            }
        }
        (self.expired, self.released, self.unitsKept) = (expired, released, unitsKept)
        lostSales = Int64(
            storm.buyers.indices.count { storm.hasBought($0) && !sold.contains($0) })
        end = try ground.read { try $0.requireSKU(ground.code).stock }
        var progress = ProgressLine(
            "auditing", "events", total: nil, startingAt: console.clocks.monotonic())
        audit = try ground.store.audit(
            ground.catalogue, repairing: false, at: console.clocks.wall()
        ) { events in
            console.show(&progress, done: events)
            try Interruption.check()
        }
        console.clearProgress()
    }

    /// Units that buyers were told are theirs beyond those that there were; in a real catalogue
    /// others may count and sell meanwhile, so there the store's own numbers are asked.
    var oversold: Int64 {
        let promised = end.promised - end.onHand
        guard run.ground.isOwn else { return max(0, promised) }
        return max(0, promised, run.storm.tally.unitsSold - run.ground.stock.available)
    }

    /// Units that are nowhere: neither sold to anybody, nor held, nor there.
    var unaccounted: Int64 {
        guard run.ground.isOwn else { return abs(unitsKept - run.storm.tally.unitsSold) }
        let found = run.storm.tally.unitsSold + end.available + end.held
        return abs(run.ground.stock.available - found)
    }

    var isPassed: Bool {
        oversold == 0 && unaccounted == 0 && lostSales == 0 && run.storm.tally.failed == 0
            && audit.findings.isEmpty
    }

    private var requestsPerSecond: Int64 {
        run.storm.tally.requests * 1000 / max(1, run.elapsed.wholeMilliseconds)
    }

    /// Of the time that the store was at work.
    private var busyRequestsPerSecond: Int64 {
        run.storm.tally.requests * 1000 / max(1, run.busy.wholeMilliseconds)
    }

    var document: JSON {
        let tally = run.storm.tally
        return Documents.document("lc.storm-report/1") { object in
            object["abandoned_buyers"] = .integer(tally.abandoned)
            object["audit"] = [
                "events": .integer(audit.events), "findings": .array(audit.findings.map(\.json)),
                "sound": .bool(audit.findings.isEmpty),
            ]
            object["busy_requests_per_second"] = .integer(busyRequestsPerSecond)
            object["catalogue"] = .string(run.ground.catalogue.text)
            object["confirm"] = Self.json(run.latencies.confirm)
            object["crashed_buyers"] = .integer(tally.crashes)
            object["duplicate_requests"] = .integer(tally.duplicates)
            object["elapsed_ms"] = .integer(run.elapsed.wholeMilliseconds)
            object["expired"] = .integer(expired)
            object["failed_buyers"] = .integer(tally.failed)
            object["failed_calls"] = .integer(run.failedCalls)
            object["late_sales"] = .integer(tally.lateSales)
            object["lost_sales"] = .integer(lostSales)
            object["missed_buyers"] = .integer(tally.missed)
            object["oversold_units"] = .integer(oversold)
            object["refunds"] = .integer(tally.refunds)
            object["released"] = .integer(released)
            object["requests"] = .integer(tally.requests)
            object["requests_per_second"] = .integer(requestsPerSecond)
            object["reserve"] = Self.json(run.latencies.reserve)
            object["sales"] = .integer(tally.sales)
            object["settings"] = settings
            object["sku"] = .string(run.ground.code.text)
            object["sold_out_buyers"] = .integer(tally.soldOut)
            object["sold_units"] = .integer(tally.unitsSold)
            object["store"] = .string(run.ground.store.address)
            object["stock_before"] = Self.json(run.ground.stock)
            object["stock_after"] = Self.json(end)
            object["unaccounted_units"] = .integer(unaccounted)
            object["unknown_answers"] = .integer(tally.unknown)
            object["verdict"] = isPassed ? "pass" : "fail"
            object["waiting_buyers"] = .integer(tally.waiting)
        }
    }

    private static func json(_ stock: Stock) -> JSON {
        var object = JSONObject()
        stock.write(into: &object)
        return .object(object)
    }

    private static func json(_ latencies: [Int64]) -> JSON? {
        StormLatencies.Summary(latencies).map { summary in
            [
                "count": .integer(Int64(summary.count)), "max_us": .integer(summary.greatest),
                "p50_us": .integer(summary.p50), "p999_us": .integer(summary.p999),
                "p99_us": .integer(summary.p99),
            ]
        }
    }

    var text: String {
        let tally = run.storm.tally
        let plan = run.storm.plan
        let unitsBefore = run.ground.stock.available
        let facts = Facts.text([
            (
                "buyers",
                "\(Int64(plan.buyers).grouped) for \(unitsBefore.grouped) units, seed \(plan.seed)"
            ),
            ("sold", "\(tally.unitsSold.grouped) units in \(tally.sales.grouped) sales"),
            ("late sales", "\(tally.lateSales.grouped), refunds \(tally.refunds.grouped)"),
            ("expired", "\(expired.grouped) holds, released \(released.grouped)"),
            ("sold out", "\(tally.soldOut.grouped) buyers left without anything"),
            (
                "disturbed",
                "\(tally.duplicates.grouped) duplicate requests, \(tally.crashes.grouped) crashes, "
                    + "\(tally.unknown.grouped) unknown answers"
            ),
            ("left", "\(end.available.grouped) units available, \(end.held.grouped) held"),
            ("oversold", oversold.grouped), ("lost sales", lostSales.grouped),
            ("unaccounted", "\(unaccounted.grouped) units"),
            (
                "audit",
                audit.findings.isEmpty
                    ? "sound, \(audit.events.grouped) events"
                    : "\(audit.findings.count) findings: \(audit.findings[0].words)"
            ),
            ("reserve", Self.words(run.latencies.reserve)),
            ("confirm", Self.words(run.latencies.confirm)),
            (
                "rate",
                "\(requestsPerSecond.grouped)/s over \(run.elapsed.wholeMilliseconds / 1000) s; "
                    + "\(busyRequestsPerSecond.grouped)/s while the store was at work"
            ),
        ])
        return facts + "\n" + (isPassed ? "pass" : "fail")
    }

    private static func words(_ latencies: [Int64]) -> String? {
        StormLatencies.Summary(latencies).map { summary in
            "p50 \(milliseconds(summary.p50)), p99 \(milliseconds(summary.p99)), "
                + "p999 \(milliseconds(summary.p999)) ms of \(Int64(summary.count).grouped)"
        }
    }

    private static func milliseconds(_ microseconds: Int64) -> String {
        let tenths = (microseconds + 50) / 100
        return "\((tenths / 10).grouped).\(tenths % 10)"
    }
}

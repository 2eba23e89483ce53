import Primitives

/// Why reports cannot be made one.
package enum MergingProblem: Error, Equatable {
    case nothing
    case tooManyRuns(limit: Int)
}

extension ProbeReport {
    /// What is remarked of a merge: `detail` names what it is about.
    package enum MergingRemark: String, Sendable, CaseIterable {
        /// Facts that are not the same in all reports are left out.
        case factsDiffer = "merged_facts_differ"
        case clocksDiffer = "merged_clocks_differ"
        /// Some runs tell latency by methods that others do not have; `latency` is of what all
        /// have.
        case methodsDiffer = "merged_latency_methods_differ"
        /// Beyond `maximumViewers`; the totals have them.
        case viewersLeftOut = "merged_viewers_left_out"
        case kindsDiffer = "merged_kinds_differ"
    }

    /// Makes one report of many machines' and many times'.
    ///
    /// The order in which they are given does not matter: runs stand in the order of their begin.
    /// Windows stay whole as long as there is room, run after run, from the first run's begin on;
    /// the totals are the sums of the totals.
    package static func merging(_ reports: [ProbeReport]) throws(MergingProblem) -> ProbeReport {
        guard reports.reduce(0, { $0 + $1.runs.count }) <= maximumRuns else {
            throw .tooManyRuns(limit: maximumRuns)
        }
        let sorted = reports.enumerated().sorted { left, right in
            let (first, second) = (left.element.order, right.element.order)
            return first == second ? left.offset < right.offset : first < second
        }.map(\.element)
        guard let begin = sorted.first?.runs.first?.started, let run = sorted.first?.runs.first
        else { throw .nothing }
        var merged = ProbeReport(run: run)
        merged.runs = sorted.flatMap(\.runs)
        merged.windows = windows(of: sorted, since: begin)
        merged.machine = machine(of: sorted)
        for report in sorted { merged.add(report.remarks) }
        merged.mergeFacts(sorted)
        merged.mergeClocks(sorted)
        merged.mergeMethods(sorted)
        merged.mergeViewers(sorted)
        if Set(merged.runs.map(\.kind)).count > 1 {
            merged.add([Remark(code: MergingRemark.kindsDiffer.rawValue)])
        }
        return merged
    }

    private var order: MergingOrder {
        let run = runs.first
        return MergingOrder(
            started: run?.started.millisecondsSince1970 ?? 0, host: run?.host ?? "",
            target: run?.target ?? "")
    }

    /// Those of the same code and detail are counted together.
    private mutating func add(_ others: [Remark]) {
        for remark in others {
            let same = remarks.firstIndex {
                $0.code == remark.code && $0.detail == remark.detail
            }
            if let same {
                remarks[same].count = remarks[same].count.addingClamped(remark.count)
            } else if remarks.count < ReadingLimits.remarks {
                remarks.append(remark)
            }
        }
    }

    /// Halves the longest lists until all of them have room.
    private static func windows(
        of reports: [ProbeReport], since begin: WallClock
    ) -> [MeasureLog.Window] {
        var lists = reports.map(\.windows)
        var count = lists.reduce(0) { $0 + $1.count }
        while count > maximumWindows {
            guard let longest = lists.indices.max(by: { lists[$0].count < lists[$1].count }),
                lists[longest].count > 1
            else { break }
            let halved = MeasureLog.halved(lists[longest])
            count -= lists[longest].count - halved.count
            lists[longest] = halved
        }
        return zip(reports, lists).flatMap { report, list in
            let started = report.runs.first?.started ?? begin
            let shift = Duration.milliseconds(
                min(
                    started.millisecondsSince1970 - begin.millisecondsSince1970,
                    ReportNode.longest.wholeMilliseconds / 2))
            return list.map { window in
                MeasureLog.Window(
                    start: min(window.start + shift, ReportNode.longest),
                    length: min(window.length, ReportNode.longest), measures: window.measures)
            }
        }
    }

    /// The worst of what was the machines' own; counts are added.
    private static func machine(of reports: [ProbeReport]) -> MachineReport {
        var machine = MachineReport()
        for other in reports.map(\.machine) {
            machine.processors = max(machine.processors, other.processors)
            machine.processorShare = greater(machine.processorShare, other.processorShare)
            machine.residentBytes = greater(machine.residentBytes, other.residentBytes)
            machine.lateness = greater(machine.lateness, other.lateness)
            machine.socketDrops = machine.socketDrops.addingClamped(other.socketDrops)
            for limit in other.limits where !machine.limits.contains(limit) {
                machine.limits.append(limit)
            }
        }
        return machine
    }

    private mutating func mergeFacts(_ reports: [ProbeReport]) {
        var differing: [String] = []
        func agreed<Value: Equatable>(_ name: String, _ fact: (Facts) -> Value?) -> Value? {
            let known = reports.compactMap { fact($0.facts) }
            guard known.allSatisfy({ $0 == known.first }) else {
                differing.append(name)
                return nil
            }
            return known.first
        }
        facts.videoCodec = agreed("video_codec", \.videoCodec)
        facts.audioCodec = agreed("audio_codec", \.audioCodec)
        facts.width = agreed("width", \.width)
        facts.height = agreed("height", \.height)
        facts.profile = agreed("profile", \.profile)
        facts.route = agreed("route", \.route)
        facts.server = agreed("server", \.server)
        add(differing.map { Remark(code: MergingRemark.factsDiffer.rawValue, detail: $0) })
    }

    /// As good as the worst of them: an offset is only told where all have the same.
    private mutating func mergeClocks(_ reports: [ProbeReport]) {
        let clocks = reports.map(\.clock)
        let standings = clocks.map(\.standing)
        clock = ClockReport(
            standing: standings.contains(.unknown)
                ? .unknown : standings.contains(.measured) ? .measured : .same)
        if !standings.allSatisfy({ $0 == standings.first }) {
            add([Remark(code: MergingRemark.clocksDiffer.rawValue)])
        }
        let first = clocks.first
        if clocks.allSatisfy({ $0.source == first?.source }) { clock.source = first?.source }
        if clocks.allSatisfy({ $0.offset == first?.offset }) { clock.offset = first?.offset }
        if clocks.allSatisfy({ $0.driftPartsPerMillion == first?.driftPartsPerMillion }) {
            clock.driftPartsPerMillion = first?.driftPartsPerMillion
        }
        // One whose uncertainty is not known makes that of all unknown.
        let asked = clocks.filter { $0.standing == .measured }
        if asked.allSatisfy({ $0.uncertainty != nil }) {
            clock.uncertainty = asked.compactMap(\.uncertainty).max()
        }
        for other in clocks {
            clock.exchanges = min(clock.exchanges + other.exchanges, Int(Int32.max))
            clock.steps = min(clock.steps + other.steps, Int(Int32.max))
            if let trip = other.bestRoundTrip {
                clock.bestRoundTrip = clock.bestRoundTrip.map { min($0, trip) } ?? trip
            }
        }
    }

    /// Latencies by different methods begin and end at different places: they are not comparable.
    private mutating func mergeMethods(_ reports: [ProbeReport]) {
        let each = reports.map { report in
            let totals = report.totals
            return MeasureSet.latencyMeasures.filter {
                !totals[$0].isEmpty && report.latencyMethods?.contains($0) ?? true
            }
        }
        // A merged report whose runs share no method has latency, too.
        let some = zip(reports, each).filter { report, methods in
            !methods.isEmpty || report.latencyMethods?.isEmpty == true
        }.map(\.1)
        guard let first = some.first else { return }
        let shared = first.filter { method in some.allSatisfy { $0.contains(method) } }
        latencyMethods = shared
        if !some.allSatisfy({ $0 == first }) {
            add([Remark(code: MergingRemark.methodsDiffer.rawValue)])
        }
    }

    private mutating func mergeViewers(_ reports: [ProbeReport]) {
        for viewer in reports.lazy.flatMap(\.viewers) {
            guard viewers.count < Self.maximumViewers else { break }
            var renumbered = viewer
            renumbered.number = viewers.count + 1
            viewers.append(renumbered)
        }
        let left = reports.reduce(0) { $0 + $1.viewers.count } - viewers.count
        if left > 0 {
            add([Remark(code: MergingRemark.viewersLeftOut.rawValue, count: Int64(left))])
        }
    }

    private static func greater<Value: Comparable>(_ left: Value?, _ right: Value?) -> Value? {
        guard let left, let right else { return left ?? right }
        return max(left, right)
    }
}

/// By which merged reports are put in order.
private struct MergingOrder: Comparable {
    let started: Int64
    let host: String
    let target: String

    static func < (left: MergingOrder, right: MergingOrder) -> Bool {
        if left.started != right.started { return left.started < right.started }
        if left.host != right.host { return left.host.precedesInUTF8(right.host) }
        return left.target.precedesInUTF8(right.target)
    }
}

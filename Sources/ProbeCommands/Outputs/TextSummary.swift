import CommandLineKit
import Measures
import Primitives
import SessionCommands

/// A report as a person reads it on a terminal.
struct TextSummary {
    private let report: ProbeReport
    private let totals: MeasureSet
    private let verdicts: [Verdict]
    private let isColoured: Bool

    init(_ report: ProbeReport, _ verdicts: [Verdict], isColoured: Bool = false) {
        self.report = report
        self.verdicts = verdicts
        self.isColoured = isColoured
        totals = report.totals
    }

    /// Nothing but the verdicts where nothing was received: the failure says it all.
    var lines: [String] {
        let blocks =
            hasMedia
            ? [
                heading, latency, start, smoothness, network, sound, playlist, viewers, machine,
                remarks, assertions,
            ] : [assertions]
        return Array(blocks.filter { !$0.isEmpty }.joined(separator: [""]))
    }

    private var hasMedia: Bool {
        has(.packetsReceived, .framesReceived, .soundsReceived, .piecesLoaded)
    }

    /// Not by their sum: a report may say any number.
    private func has(_ tallies: Tally...) -> Bool { tallies.contains { totals[$0] > 0 } }

    private func title(_ text: String) -> String {
        Style.heading.apply(to: text, isOn: isColoured)
    }

    private var heading: [String] {
        guard let run = report.runs.first else { return [] }
        var rows = AlignedRows()
        if report.runs.count == 1 {
            rows.add(["at", "\(run.started.rfc3339) on \(run.host)"])
            rows.add(["watched", "\(Figures.duration(run.length)), \(run.endingWords)"])
        } else {
            let watched = Duration.microseconds(totals[.watchedMicroseconds])
            rows.add(["runs", "\(report.runs.count) together, \(Figures.duration(watched))"])
            let first = report.runs.map(\.started).min() ?? run.started
            let last = report.runs.map(\.started).max() ?? run.started
            rows.add(["begun", "\(first.rfc3339) to \(last.rfc3339)"])
            let failed = report.runs.filter(\.hasFailed).count
            if failed > 0 { rows.add(["failed", "\(failed) of them"]) }
        }
        let facts = report.facts.words
        if !facts.isEmpty { rows.add(["received", facts]) }
        rows.add(["clock", report.clock.words])
        let target = SafeText.oneLine(run.target)
        let others = Set(report.runs.map(\.target)).count - 1
        let more = others > 0 ? " and \(Figures.count(Int64(others), "other", "others"))" : ""
        return [title(target + more)] + rows.lines
    }

    private var latency: [String] {
        let methods = Measure.latencies.filter { !totals[$0].isEmpty }
        guard !methods.isEmpty else {
            return [title("Latency"), "  not measured: the picture carries no clock that is known"]
        }
        var rows = AlignedRows(rightAligned: [1, 2, 3, 4, 5])
        rows.add(["", "p50", "p95", "p99", "max", "mean"])
        for (place, method) in methods.enumerated() {
            rows.add(quantiles(method) + [report.clock.caveat(method)])
            // Where it is spent is told of the best method.
            guard place == 0 else { continue }
            for part in [Measure.delayNetwork, .delayBuffer, .delayDecode]
            where !totals[part].isEmpty {
                rows.add(["  of it " + part.title] + quantiles(part).dropFirst())
            }
        }
        let named = methods.compactMap { method in
            method.method.map { "  \(method.title): \($0)" }
        }
        return [title("Latency")] + rows.lines + named
    }

    private func quantiles(_ measure: Measure) -> [String] {
        let values = totals[measure]
        let figures = [0.5, 0.95, 0.99, 1].map { values.quantile($0).map { Double($0) } }
        return [measure.title]
            + (figures + [values.mean]).map { $0.map { Figures.told($0, measure.unit) } ?? "-" }
    }

    /// Each phase from the one before it on, as a bar; of many viewers, the one in their middle.
    private var start: [String] {
        let phases = StartWaterfall(totals).phases
        guard !phases.isEmpty else { return [] }
        let hasMany = (totals[.startup].count) > 1
        var rows = AlignedRows(rightAligned: hasMany ? [1, 2] : [1])
        if hasMany { rows.add(["", "p50", "p95", ""]) }
        let width = 32.0
        let total = max(phases.map(\.end).max() ?? 1, 1)
        for phase in phases {
            let from = Int((phase.start / total * width).rounded(.down))
            let to = max(Int((phase.end / total * width).rounded()), from + 1)
            let bar = String(repeating: " ", count: from) + String(repeating: "█", count: to - from)
            let late = totals[phase.measure].quantile(0.95).map { Double($0) } ?? phase.end
            rows.add(
                [phase.measure.title, Figures.duration(phase.end)]
                    + (hasMany ? [Figures.duration(late)] : []) + ["|" + bar])
        }
        return [title("Start-up")] + rows.lines
    }

    private var machine: [String] {
        var lines = [title("This machine")]
        if let words = report.machine.limitWords {
            lines.append("  " + Style.failure.apply(to: words, isOn: isColoured))
        }
        let words = report.machine.words
        if !words.isEmpty { lines.append("  " + words) }
        return lines.count > 1 ? lines : []
    }

    private var remarks: [String] {
        guard !report.remarks.isEmpty else { return [] }
        return [title("Noticed")] + report.remarks.map { "  " + SafeText.oneLine($0.words) }
    }

    private var assertions: [String] {
        guard !verdicts.isEmpty else { return [] }
        var rows = AlignedRows()
        for verdict in verdicts {
            rows.add([verdict.outcome.word, verdict.assertion.text, verdict.words])
        }
        let lines = zip(verdicts, rows.lines).map { verdict, line in
            switch verdict.outcome {
            case .pass: Style.success.apply(to: line, isOn: isColoured)
            case .fail, .void: Style.failure.apply(to: line, isOn: isColoured)
            }
        }
        return [title("Assertions")] + lines
    }
}

// MARK: - What was smooth, and what came over the network

extension TextSummary {
    private var smoothness: [String] {
        var rows = AlignedRows()
        if let rate = totals[.frameRate].quantile(0.5), let least = totals[.frameRate].least {
            rows.add([
                Measure.frameRate.title,
                "\(Figures.told(rate, .milliframesPerSecond)), "
                    + "at least \(Figures.told(least, .milliframesPerSecond))",
            ])
        }
        for (measure, ratio) in [(Measure.freeze, Ratio.freeze), (.rebuffer, .rebuffer)] {
            guard let share = totals[ratio] else { continue }
            let longest = totals[measure].greatest.map {
                ", longest \(Figures.told($0, .microseconds))"
            }
            rows.add([
                measure.title,
                "\(totals[measure].count.grouped), \(Figures.share(share)) of the time"
                    + (longest ?? ""),
            ])
        }
        add(.frameGap, to: &rows)
        add(.keyframeInterval, to: &rows)
        if has(.framesDecoded, .framesDamaged) { rows.add(["pictures", pictures]) }
        if has(.stampsRead, .stampsUnread) {
            rows.add([
                "stamps",
                "\(totals[.stampsRead].grouped) read, "
                    + "\(totals[.stampsUnread].grouped) unreadable",
            ])
        }
        return rows.isEmpty ? [] : [title("Smoothness")] + rows.lines
    }

    private var pictures: String {
        var parts = [
            "\(totals[.framesDecoded].grouped) decoded",
            "\(totals[.framesDamaged].grouped) damaged",
        ]
        if totals[.stampsRead] > 0 {
            parts.append("\(totals[.framesRepeated].grouped) shown twice")
            parts.append("\(totals[.framesSkipped].grouped) never seen")
        }
        parts.append(
            Figures.count(
                totals[.resolutionChanges], "change of resolution", "changes of resolution"))
        return parts.joined(separator: ", ")
    }

    private var network: [String] {
        var rows = AlignedRows()
        if let rate = totals[.bitRate].mean, let most = totals[.bitRate].greatest {
            rows.add([
                Measure.bitRate.title,
                "\(Words.bitRate(rate)), at most \(Words.bitRate(Double(most)))",
            ])
        }
        if let before = totals[.loss] {
            var words = "\(Figures.share(before)) lost"
            if let after = totals[.lossAfter] { words += ", \(Figures.share(after)) after repair" }
            words += " (\(totals[.packetsMissed].grouped) of "
            words += "\(totals[.packetsExpected].grouped))"
            rows.add(["packets", words])
        }
        add(.lossRun, to: &rows)
        add(.jitter, to: &rows)
        add(.roundTrip, to: &rows)
        if has(.nacks, .keyframesAsked) {
            rows.add([
                "asked for",
                "\(Figures.count(totals[.nacks], "packet", "packets")) (NACK), "
                    + "\(Figures.count(totals[.keyframesAsked], "keyframe", "keyframes")) (PLI)",
            ])
        }
        return rows.isEmpty ? [] : [title("Network")] + rows.lines
    }

    private var sound: [String] {
        var rows = AlignedRows()
        add(.avOffset, to: &rows)
        for lead in [Measure.avLead, .avLeadReported] {
            guard let middle = totals[lead].quantile(0.5) else { continue }
            let way = middle < 0 ? "sound ahead of picture" : "picture ahead of sound"
            let size = Figures.told(Int64(clamping: middle.magnitude), .microseconds)
            let how = lead == .avLead ? "by flash and beep" : "by the sender's reports"
            rows.add([way, "\(size), \(how)"])
        }
        if totals[.soundsReceived] > 0 {
            let gaps = totals[.audioGap]
            let longest = gaps.greatest.map { ", longest \(Figures.told($0, .microseconds))" } ?? ""
            rows.add([Measure.audioGap.title, gaps.count.grouped + longest])
        }
        if let middle = totals[.loudness].quantile(0.5) {
            rows.add([Measure.loudness.title, Figures.told(middle, .centiLUFS)])
        }
        return rows.isEmpty ? [] : [title("Sound")] + rows.lines
    }

    private var playlist: [String] {
        guard totals[.playlistLoads] > 0 else { return [] }
        var rows = AlignedRows()
        rows.add([
            "playlist",
            "loaded \(totals[.playlistLoads].grouped)×, "
                + Figures.count(totals[.playlistFaults], "fault", "faults"),
        ])
        rows.add([
            "pieces",
            "\(totals[.piecesLoaded].grouped) loaded, "
                + Figures.count(totals[.pieceFaults], "fault", "faults"),
        ])
        add(.pieceLoad, to: &rows)
        add(.playlistStale, to: &rows)
        return [title("Playlist")] + rows.lines
    }

    private var viewers: [String] {
        guard totals[.viewersAsked] > 1 else { return [] }
        var rows = AlignedRows()
        rows.add([
            "asked",
            "\(totals[.viewersAsked].grouped), \(totals[.viewersJoined].grouped) joined, "
                + "\(totals[.viewersFailed].grouped) failed, \(totals[.viewersLost].grouped) lost",
        ])
        let decoding = report.viewers.count(where: \.isDecoding)
        if decoding > 0 { rows.add(["decoding", "\(decoding), the others count"]) }
        let failures = report.viewers.compactMap(\.failure)
        for code in Set(failures).sorted() {
            let times = Int64(failures.count { $0 == code })
            rows.add(["failed with", "\(code): \(Figures.count(times, "viewer", "viewers"))"])
        }
        return [title("Viewers")] + rows.lines
    }

    private func add(_ measure: Measure, to rows: inout AlignedRows) {
        let values = totals[measure]
        guard let middle = values.quantile(0.5), let late = values.quantile(0.95),
            let most = values.greatest
        else { return }
        rows.add([
            measure.title,
            "p50 \(Figures.told(middle, measure.unit)), p95 \(Figures.told(late, measure.unit)), "
                + "max \(Figures.told(most, measure.unit))",
        ])
    }
}

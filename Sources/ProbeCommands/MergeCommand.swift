import CommandLineKit
import Measures

/// `whep-probe merge`: the reports of many machines and times as one.
enum MergeCommand {
    static let reports = Argument.operands(
        "REPORT", .file, "files of 'whep-probe -o json' and of --append; '-' is standard input")

    static let command = Command(
        "merge", "Add up the reports of many machines and times",
        discussion: [
            "The histograms of all are added up, so that percentiles are those of all frames "
                + "together and not averages. A file may hold one report, or one a line as "
                + "--append writes them. What does not fit together is left out and said."
        ],
        output: .document,
        arguments: [reports.row]
            + ([ProbeArguments.assertions.row] + ProbeArguments.reportFiles).under("Output"),
        examples: [
            Example("whep-probe merge -o json field-*.json > all.json", "one report of many"),
            Example("whep-probe merge --report day.html log.jsonl", "a day as one page"),
        ],
        exitStatuses: [.negative, .dataError, .noInput, .cannotCreate, .ioError, .tryAgain]
    ) { invocation, console in
        let files = try ReportFiles(invocation)
        let all = try ReportReading.merged(
            try invocation[reports].flatMap {
                try ReportReading.reports($0, atMost: ProbeReport.maximumRuns + 1)
            })
        let verdicts = all.judge(invocation[ProbeArguments.assertions])
        _ = try files.finish(all, verdicts)
        try Measuring.answer(all, verdicts, invocation, console)
        try Measuring.check(verdicts)
        return .ok
    }
}

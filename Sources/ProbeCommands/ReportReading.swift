import CommandLineKit
import Measures
import Primitives

/// Reads reports back: files that hold one, and files that hold one a line.
enum ReportReading {
    enum Limits {
        static let fileBytes = 256 << 20
    }

    /// The last ones of a file, in their order.
    static func reports(_ path: String, atMost limit: Int) throws -> [ProbeReport] {
        let bytes = try InputFile(path).readAll(limit: Limits.fileBytes)
        // A document that is indented has several lines and is one nevertheless.
        if let report = try? ProbeReport(parsing: bytes.span) { return [report] }
        var reports: [ProbeReport] = []
        try lines(in: bytes) { line, number in
            do throws(ReportProblem) {
                reports.append(try ProbeReport(parsing: line))
            } catch {
                throw Failure(error, path: path, line: number)
            }
            if reports.count > limit { reports.removeFirst() }
        }
        return reports
    }

    static func lines(
        of path: String, _ body: (Span<UInt8>, Int) throws -> Void
    ) throws {
        try lines(in: try InputFile(path).readAll(limit: Limits.fileBytes), body)
    }

    /// Empty lines are passed over.
    private static func lines(
        in bytes: [UInt8], _ body: (Span<UInt8>, Int) throws -> Void
    ) throws {
        var start = 0
        var number = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            number += 1
            if end > start { try body(bytes.span.extracting(start..<end), number) }
            start = end + 1
        }
    }

    static func merged(_ reports: [ProbeReport]) throws -> ProbeReport {
        do throws(MergingProblem) {
            return try ProbeReport.merging(reports)
        } catch {
            switch error {
            case .nothing:
                throw Failure(.dataError, "report.none", "there is no report to merge")
            case .tooManyRuns(let limit):
                throw Failure(
                    .dataError, "report.too-many",
                    "together they hold more than \(Int64(limit).grouped) runs")
            }
        }
    }
}

extension Failure {
    init(_ problem: ReportProblem, path: String, line: Int) {
        let words =
            switch problem {
            case .tooLarge(let limit): "it is longer than \(Int64(limit).grouped) bytes"
            case .syntax: "it is no JSON"
            case .schema(let name):
                name.map { "it is a '\($0)', not a \(ProbeReport.schema)" }
                    ?? "it does not say that it is a \(ProbeReport.schema)"
            case .missing(let path): "'\(path)' is missing"
            case .bad(let path): "'\(path)' cannot be"
            case .tooMany(let path, let limit): "'\(path)' has more than \(limit)"
            }
        self.init(
            .dataError, "report.malformed", "'\(path)', line \(line) is no report: \(words)",
            hint: "reports come from 'whep-probe -o json URL' or --append")
    }
}

import Cutting
import Primitives

/// What `vod-cut verify` answers.
enum VerifyDocument {
    static func json(_ reports: [VerifyReport]) -> JSON {
        [
            "schema": "lc.verify/1", "whole": .bool(reports.allSatisfy(\.isWhole)),
            "outputs": .array(reports.map(json)),
        ]
    }

    private static func json(_ report: VerifyReport) -> JSON {
        [
            "path": .string(report.path), "kind": .string(report.shape.rawValue),
            "whole": .bool(report.isWhole), "files": .integer(Int64(report.files)),
            "pictures": .integer(Int64(report.pictures)),
            "duration_ms": .integer(report.microseconds / 1000),
            "findings": .array(report.findings.map(json)),
        ]
    }

    private static func json(_ finding: VerifyFinding) -> JSON {
        var object = JSONObject()
        object["code"] = .string(finding.code)
        object["severity"] = .string(finding.severity.rawValue)
        object["file"] = .string(finding.file)
        object["time_ms"] = finding.time.map { .integer($0 / 1000) }
        object["message"] = .string(finding.words)
        return .object(object)
    }

    static func text(_ reports: [VerifyReport]) -> String {
        reports.map { report in
            let length = TimeWords.seconds(microseconds: report.microseconds)
            let head =
                "\(report.path): \(report.isWhole ? "whole" : "not whole"), \(length), "
                + "\(report.pictures) pictures"
            return ([head] + report.findings.map { "  \($0.line)" }).joined(separator: "\n")
        }.joined(separator: "\n")
    }
}

import CommandLineKit
import Media
import Primitives

/// `whip-push devices`: the capture devices that can be named as inputs.
enum DevicesCommand {
    private static let shape = RowsPrinter.Shape(
        key: "devices", documentSchema: "lc.devices/1", nameMember: "input",
        columns: [RowColumn("input"), RowColumn("media"), RowColumn("title")])

    static let command = Command(
        "devices", "List the capture devices that can be an input",
        discussion: [
            "Each device stands as the word that names it as INPUT. Kinds that could not be asked "
                + "are told on standard error."
        ],
        output: .rows, examples: [Example("whip-push devices -o name", "just the words")],
        exitStatuses: [.unavailable]
    ) { invocation, console in
        var printer = try RowsPrinter(console, invocation, shape)
        var failures: [MediaError] = []
        for survey in DeviceSurvey.all() {
            switch survey.outcome {
            case .found(let devices):
                for device in devices { try printer.add(row(device)) }
            case .failed(let error):
                failures.append(error)
                let words = Failure(device: error, kind: survey.kind).message
                console.note("\(survey.kind.rawValue): \(words)")
            }
        }
        try printer.finish()
        // Where no kind could be asked, an empty list would be a lie.
        if failures.count == DeviceKind.allCases.count, let first = failures.first {
            throw Failure(device: first, kind: DeviceKind.allCases[0])
        }
        return .ok
    }

    private static func row(_ device: FoundDevice) -> JSONObject {
        var row = JSONObject()
        row["input"] = .string(device.word)
        row["media"] = .string(device.address.kind.media.word)
        row["title"] = device.title.isEmpty ? nil : .string(device.title)
        return row
    }
}

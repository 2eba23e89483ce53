package import Primitives

/// What a batch has done so far, line by line: what is in it need not be done again.
package struct BatchJournal: Sendable {
    package static let schema = "lc.batch-journal/1"
    /// By output: what it was made of.
    private var finished: [String: String] = [:]

    package enum Limits {
        package static let bytes = 256 << 20
    }

    package init() {}

    /// Lines that are not understood are passed over: what they tell of is done again.
    package init(reading bytes: [UInt8]) {
        var reader = LineReader(maximumLength: JobLimits.lineBytes)
        reader.add(bytes)
        reader.finish()
        while true {
            switch reader.advance() {
            case .starved: return
            case .tooLong: continue
            case .line:
                guard let json = try? JSON(parsing: reader.line),
                    json["schema"] == .string(Self.schema),
                    let output = json["output"]?.stringValue,
                    let fingerprint = json["fingerprint"]?.stringValue
                else { continue }
                finished[output] = fingerprint
            }
        }
    }

    /// - Parameter output: its name within the batch's folder.
    package func has(_ output: String, fingerprint: String) -> Bool {
        finished[output] == fingerprint
    }

    package func knows(_ output: String) -> Bool { finished[output] != nil }

    package static func line(output: String, fingerprint: String) -> JSON {
        [
            "schema": .string(schema), "output": .string(output),
            "fingerprint": .string(fingerprint),
        ]
    }
}

package import Primitives

/// Why a command ends without having done what was asked, in words for the person at the terminal.
///
/// `code` and `status` are contracts; the words are not.
package struct Failure: Error, Equatable {
    package let status: ExitStatus
    /// Stable and dotted, most general part first: `sku.not-found`.
    package let code: String
    /// Lower case, no full stop, subjects in single quotes.
    package let message: String
    /// What to try next.
    package let hint: String?
    /// What a script may want to know besides the code: members of the JSON object.
    package let details: JSONObject

    package init(
        _ status: ExitStatus, _ code: String, _ message: String, hint: String? = nil,
        details: JSONObject = JSONObject()
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
        self.details = details
    }

    /// The lines on standard error. Nothing in them can drive the terminal, whatever they quote.
    package func text(program: String) -> String {
        let hint = hint.map { "\nhint: \(SafeText.escaped($0))" } ?? ""
        return "\(program): error: \(SafeText.escaped(message))\(hint)"
    }

    /// The object on standard error for whoever asked for JSON.
    package var json: JSON {
        var object = details
        object["schema"] = "lc.error/1"
        object["code"] = .string(code)
        object["exit"] = .integer(Int64(status.rawValue))
        object["message"] = .string(message)
        object["hint"] = hint.map(JSON.string)
        return .object(object)
    }
}

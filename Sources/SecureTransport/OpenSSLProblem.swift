internal import COpenSSL

/// What OpenSSL has to say about a call that failed.
package struct OpenSSLProblem: Error, Sendable, Equatable {
    package let call: String
    package let reasons: [String]

    /// Empties the library's queue of errors for this thread.
    init(_ call: String) {
        self.call = call
        reasons = Self.drain()
    }

    static let maximumReasons = 8

    static func drain() -> [String] {
        var reasons: [String] = []
        while true {
            let code = ERR_get_error()
            guard code != 0 else { return reasons }
            guard reasons.count < maximumReasons else { continue }
            if let reason = unsafe ERR_reason_error_string(code) {
                unsafe reasons.append(String(cString: reason))
            } else {
                reasons.append("error \(code)")
            }
        }
    }
}

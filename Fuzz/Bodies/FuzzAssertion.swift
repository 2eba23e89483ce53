import Measures

/// A demand in any words; what is read must read back the same from its own text.
package func fuzzAssertion(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let assertion = try? Assertion(parsing: text) else { return }
    precondition((try? Assertion(parsing: assertion.text)) == assertion, "a demand that changes")
    precondition(assertion.threshold.isFinite, "a threshold that is no number")
}

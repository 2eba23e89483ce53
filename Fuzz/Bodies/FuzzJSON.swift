import Primitives

/// What parses must print, and the print must parse to the same.
package func fuzzJSON(_ bytes: [UInt8]) {
    if let json = try? JSON(parsing: bytes.span) {
        precondition((try? JSON(parsing: json.text)) == json, "a document that does not survive")
    }
}

import Commerce
import Primitives

/// Lines of a snapshot: what is read is written and read again as the same.
package func fuzzSnapshot(_ bytes: [UInt8]) {
    let lines = bytes.split(separator: 0x0A).compactMap { try? JSON(parsing: Array($0).span) }
    guard let state = try? CatalogueState(snapshot: lines, of: .standard) else { return }
    var written: [JSON] = []
    guard (try? state.eachSnapshotLine { written.append($0) }) != nil,
        let again = try? CatalogueState(snapshot: written, of: .standard)
    else { preconditionFailure("a snapshot that cannot be read again") }
    var rewritten: [JSON] = []
    try? again.eachSnapshotLine { rewritten.append($0) }
    precondition(written == rewritten, "a snapshot that changes when it is read")
}

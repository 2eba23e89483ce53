import Commerce
import Primitives

/// A file of SKUs, as CSV or as JSON Lines by the first byte.
package func fuzzSKUFile(_ bytes: [UInt8]) {
    guard let currency = try? Currency("USD"), let first = bytes.first else { return }
    let format: SKUFileReader.Format =
        first % 2 == 0 ? .jsonLines : .csv(delimiter: UInt8(ascii: ","))
    var reader = SKUFileReader(format, mapping: ["Price": .price], currency: currency)
    reader.add(Array(bytes.dropFirst()))
    reader.finish()
    while true {
        switch reader.next() {
        case .starved: return
        case .problem: continue
        case .row(let row, _): _ = try? row.patch.applied(to: nil, in: currency)
        }
    }
}

import Commerce
import LCCtlCommands
import Primitives

/// Lines of `lcctl reserve -f`, performed at a shop: whatever they say, its log replays and no unit
/// is promised twice.
package func fuzzReservation(_ bytes: [UInt8]) {
    guard let code = try? SKUCode("A"), let currency = try? Currency("USD"),
        let price = try? Amount("1"), let stock = try? Stock(onHand: 3)
    else { return }
    var shop = MemoryLedger(name: .standard, now: WallClock(millisecondsSince1970: 0))
    var patch = ListingPatch()
    patch.title = "A"
    patch.price = price
    guard let catalogue = try? shop.createCatalogue(brand: "B", currency: currency),
        (try? shop.addSKU(code, patch, stock: stock, in: catalogue)) != nil
    else { return }
    for (number, line) in bytes.split(separator: 0x0A).prefix(64).enumerated() {
        shop.now = WallClock(millisecondsSince1970: Int64(number) * 30_000)
        guard let verb = reservationVerb(of: Array(line), at: shop.now) else { continue }
        _ = try? shop.perform(verb)
    }
    var replay = CatalogueState(name: .standard)
    for event in shop.log {
        guard
            let read = try? Event.Body(type: event.body.type, data: event.body.data, in: .standard)
        else { preconditionFailure("an event that cannot be read: \(event)") }
        precondition(read == event.body, "an event that reads as another one")
        guard (try? replay.apply(event)) != nil else {
            preconditionFailure("a log that does not replay")
        }
    }
    precondition(replay == shop.state, "a log that comes to something else")
    precondition(replay.skus[code]?.stock.onHand == 3, "units that came or went")
}

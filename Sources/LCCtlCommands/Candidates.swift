import CommandLineKit
import Commerce
import Stores

/// What a shell may offer: the names that are in the store. It makes no store and says nothing.
enum Candidates {
    private static let limit = 500

    static let list: @Sendable (String, Invocation) -> [String] = { name, invocation in
        (try? names(name, invocation)) ?? []
    }

    private static func names(_ name: String, _ invocation: Invocation) throws -> [String] {
        let (console, _, _) = Console.captured(clocks: .system)
        // Whoever presses the tabulator does not wait for a server.
        let shop = try Shop(existing: invocation, console, patience: .milliseconds(500))
        switch name {
        case "catalogue": return try shop.store.catalogues().map(\.name.text)
        case "show": return try shop.read { try $0.shows().map(\.id.text) }
        case "sku":
            var codes: [String] = []
            try shop.read { reader in
                try reader.eachSKU(inFamily: nil) { sku in
                    codes.append(sku.code.text)
                    return codes.count < limit
                }
            }
            return codes
        case "reservation":
            // The oldest first: it is the next one that something is done to.
            var ids: [String] = []
            try shop.read { reader in
                try reader.eachReservation(matching: .init(states: [.held, .paying])) { found in
                    ids.append(found.id.text)
                    return ids.count < limit
                }
            }
            return ids
        case "waiting":
            return try shop.read { try $0.waitlist(for: nil).prefix(limit).map(\.id.text) }
        default: return []
        }
    }
}

/// Where `rail move` puts SKUs.
package enum RailPlace: Sendable, Equatable {
    /// Counted from 0.
    case index(Int)
    case before(SKUCode)
    case after(SKUCode)
}

extension Ledger {
    /// Puts SKUs on the rail, in the order given, at a place or at the end.
    package mutating func addToRail(
        of show: ShowID, _ entries: [Rail.Entry], at place: Int?
    ) throws -> Rail {
        try changeRail(of: show) { ledger, rail in
            for (offset, entry) in entries.enumerated() {
                _ = try ledger.requireSKU(entry.code)
                try rail.insert(entry, at: place.map { $0 + offset })
            }
        }.rail
    }

    package mutating func removeFromRail(of show: ShowID, _ codes: [SKUCode]) throws -> Rail {
        try changeRail(of: show) { ledger, rail in
            for code in codes {
                guard rail.remove(code) != nil else { throw CommerceError.notOnRail(code, show) }
            }
        }.rail
    }

    /// Moves SKUs together, in the order given.
    package mutating func moveOnRail(
        of show: ShowID, _ codes: [SKUCode], to place: RailPlace
    ) throws -> (rail: Rail, outcome: Outcome) {
        try changeRail(of: show) { ledger, rail in
            var moved: [Rail.Entry] = []
            for code in codes {
                guard let entry = rail.remove(code) else {
                    throw CommerceError.notOnRail(code, show)
                }
                moved.append(entry)
            }
            let index: Int
            switch place {
            case .index(let place): index = place
            case .before(let code), .after(let code):
                guard let found = rail.index(of: code) else {
                    throw CommerceError.notOnRail(code, show)
                }
                index = place == .before(code) ? found : found + 1
            }
            for (offset, entry) in moved.enumerated() { try rail.insert(entry, at: index + offset) }
        }
    }

    /// Brings the rail to what is wanted; an event says so if that is something new.
    mutating func setRail(of show: ShowID, to wanted: Rail) throws -> Outcome {
        // An ended show whose rail is as wanted is no error.
        guard try rail(of: show) != wanted else { return .unchanged }
        return try changeRail(of: show) { ledger, rail in
            for entry in wanted.entries { _ = try ledger.requireSKU(entry.code) }
            rail = wanted
        }.outcome
    }

    private mutating func changeRail(
        of show: ShowID, _ change: (Self, inout Rail) throws -> Void
    ) throws -> (rail: Rail, outcome: Outcome) {
        _ = try requireOpenShow(show)
        let old = try rail(of: show)
        var new = old
        try change(self, &new)
        guard new != old else { return (old, .unchanged) }
        let overlay = try overlay(of: show)
        for entry in old.entries where new[entry.code] == nil {
            try requireUnused(entry.code, in: show, overlay)
        }
        try append(.railChanged(show, new), concerning: [show])
        return (new, .configured)
    }

    private func requireUnused(_ code: SKUCode, in show: ShowID, _ overlay: Overlay) throws {
        if overlay.pinned == code { throw CommerceError.railEntryInUse(code, show, .pinned) }
        if overlay.openFlash(of: code, at: now) != nil {
            throw CommerceError.railEntryInUse(code, show, .flashed)
        }
    }
}

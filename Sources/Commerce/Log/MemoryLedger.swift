package import Primitives

/// A catalogue in memory, with its log: the store that needs no machine. Rules are tested on it,
/// and it is the model that other stores are compared with.
package struct MemoryLedger: Ledger {
    package private(set) var state: CatalogueState
    package private(set) var log: [Event] = []
    package var now: WallClock {
        didSet { _ = holdClock.advance(to: now) }
    }
    package private(set) var holdClock = HoldClock()

    package init(name: CatalogueName, now: WallClock) {
        state = CatalogueState(name: name)
        self.now = now
        _ = holdClock.advance(to: now)
    }

    package var name: CatalogueName { state.name }
    package func catalogue() -> Catalogue? { state.catalogue }
    package func hasSKUsOrShows() -> Bool { !state.skus.isEmpty || !state.shows.isEmpty }
    package func sku(_ code: SKUCode) -> SKU? { state.skus[code] }
    package func stock(of code: SKUCode) -> Stock? { state.skus[code]?.stock }
    package func show(_ id: ShowID) -> Show? { state.shows[id] }
    package func rail(of show: ShowID) -> Rail { state.rails[show] ?? Rail.empty }
    package func overlay(of show: ShowID) -> Overlay { state.overlays[show] ?? Overlay() }

    package func openShows(listing code: SKUCode) -> [ShowID] {
        state.shows.values
            .filter { !$0.state.isEnded && rail(of: $0.id)[code] != nil }
            .map(\.id).sorted()
    }

    package func liveShows() -> [ShowID] {
        state.shows.values.filter(\.state.isLive).map(\.id).sorted()
    }

    package var sequence: Int64 { state.sequence }

    package func reservation(_ id: ReservationID) -> Reservation? { state.reservations[id] }

    package func dueReservations(at time: WallClock, limit: Int) -> [Reservation] {
        let due = openReservations.filter { $0.deadline <= time }
        return Array(due.sorted { ($0.deadline, $0.id) < ($1.deadline, $1.id) }.prefix(limit))
    }

    package func hasOpenReservations() -> Bool { !state.open.isEmpty }

    package func nextDeadline(of code: SKUCode) -> WallClock? {
        openReservations.filter { $0.lines.contains { $0.code == code } }.map(\.deadline).min()
    }

    package func unitsHeld(by buyer: BuyerID) -> Int64 {
        openReservations.filter { $0.buyer == buyer }.flatMap(\.lines).map(\.quantity)
            .reduce(0, +)
    }

    package func unitsTaken(by buyer: BuyerID, of code: SKUCode) -> Int64 {
        state.reservations.values
            .filter { $0.buyer == buyer && $0.state.hasUnits }
            .flatMap(\.lines).filter { $0.code == code }.map(\.quantity).reduce(0, +)
    }

    package func flashUse(of code: SKUCode, in show: ShowID) -> FlashUse? {
        state.flashUses[show]?[code]
    }

    package func policy(for scope: HoldPolicy.Scope) -> HoldPolicy {
        state.policies[scope] ?? .none
    }

    package func waiting(_ id: WaitID) -> Waiting? { state.waitlist[id] }

    package func waiting(of buyer: BuyerID, for code: SKUCode) -> Waiting? {
        openPlaces(for: code).first { $0.buyer == buyer }
    }

    package func firstWaiting(for code: SKUCode) -> Waiting? {
        openPlaces(for: code).min { $0.place < $1.place }
    }

    package func waitingCount(for code: SKUCode) -> Int64 {
        Int64(openPlaces(for: code).count)
    }

    private func openPlaces(for code: SKUCode) -> [Waiting] {
        state.waitlist.values.filter { $0.code == code && !$0.isOver }
    }

    private var openReservations: [Reservation] {
        state.open.compactMap { state.reservations[$0] }
    }

    package mutating func append(_ body: Event.Body, concerning shows: [ShowID]) throws {
        let event = Event(
            catalogue: name, sequence: state.sequence + 1, time: now,
            shows: shows.map { show in
                Event.ShowSequence(
                    show: show, sequence: state.showSequences[show, default: 0] + 1)
            },
            body: body)
        try state.apply(event)
        log.append(event)
    }
}

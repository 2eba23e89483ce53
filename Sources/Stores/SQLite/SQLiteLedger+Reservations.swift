import Commerce
import Primitives

extension SQLiteLedger {
    func reservation(_ id: ReservationID) throws -> Reservation? {
        if let known = memory.reservations[id] { return known }
        let found = try first(.reservationByID, { $0.bind(id.text) }, Reservation.init)
        if let found { memory.keep(found) }
        return found
    }

    func dueReservations(at time: WallClock, limit: Int) throws -> [Reservation] {
        if memory.isSwept(until: time) { return [] }
        let due = try all(
            .dueReservations,
            { $0.bind(time.millisecondsSince1970).bind(Int64(clamping: limit)) },
            Reservation.init)
        for reservation in due { memory.keep(reservation) }
        if due.isEmpty { memory.noteSwept(until: time) }
        return due
    }

    func hasOpenReservations() throws -> Bool {
        try !dueReservations(at: WallClock(millisecondsSince1970: .max), limit: 1).isEmpty
    }

    func nextDeadline(of code: SKUCode) throws -> WallClock? {
        try first(.nextDeadline, { $0.bind(code.text) }) { $0.optionalTime(0) } ?? nil
    }

    func unitsHeld(by buyer: BuyerID) throws -> Int64 {
        try lines(.openReservationsOfBuyer, buyer).map(\.quantity).reduce(0, +)
    }

    func unitsTaken(by buyer: BuyerID, of code: SKUCode) throws -> Int64 {
        try lines(.soldReservationsOfBuyer, buyer).filter { $0.code == code }.map(\.quantity)
            .reduce(0, +)
    }

    private func lines(_ query: Query, _ buyer: BuyerID) throws -> [Reservation.Line] {
        try all(query, { $0.bind(buyer.text) }) { try $0.lines(0) }.flatMap { $0 }
    }

    func eachReservation(
        matching filter: ReservationFilter, _ body: (Reservation) throws -> Bool
    ) throws {
        let isOpenOnly = filter.buyer == nil && filter.states.allSatisfy(\.isOpen)
        let row =
            try isOpenOnly
            ? prepare(.openReservations) : prepare(.reservations).bind(filter.buyer?.text)
        defer { row.reset() }
        while try row.step() {
            let reservation = try Reservation(row)
            guard filter.matches(reservation) else { continue }
            guard try body(reservation) else { return }
        }
    }

    func flashUse(of code: SKUCode, in show: ShowID) throws -> FlashUse? {
        try first(.flashUse, { $0.bind(show.text).bind(code.text) }) { row in
            FlashUse(opening: row.integer(0), taken: row.integer(1))
        }
    }

    // MARK: Waitlist

    func waiting(_ id: WaitID) throws -> Waiting? {
        try first(.waitingByID, { $0.bind(id.text) }, Waiting.init)
    }

    func waiting(of buyer: BuyerID, for code: SKUCode) throws -> Waiting? {
        try first(.waitingOfBuyer, { $0.bind(buyer.text).bind(code.text) }, Waiting.init)
    }

    func firstWaiting(for code: SKUCode) throws -> Waiting? {
        if memory.isUnwanted(code) { return nil }
        let found = try first(.firstWaiting, { $0.bind(code.text) }, Waiting.init)
        if found == nil { memory.noteUnwanted(code) }
        return found
    }

    func waitingCount(for code: SKUCode) throws -> Int64 {
        try first(.waitingCount, { $0.bind(code.text) }) { $0.integer(0) } ?? 0
    }

    func waitlist(for code: SKUCode?) throws -> [Waiting] {
        try all(.waitlist, { $0.bind(code?.text) }, Waiting.init)
    }

    // MARK: Policies

    func policy(for scope: HoldPolicy.Scope) throws -> HoldPolicy {
        if let known = memory.policies[scope] { return known }
        let found = try first(.policyByScope, { $0.bind(scope.text) }) { try $0.policy(0) } ?? .none
        memory.keep(found, for: scope)
        return found
    }

    func policies() throws -> [(scope: HoldPolicy.Scope, policy: HoldPolicy)] {
        try all(.policies, { $0 }) { row in
            (try HoldPolicy.Scope(row.text(0)), try row.policy(1))
        }
    }

    // MARK: What an event changes

    func setStock(of code: SKUCode, to stock: Stock) throws {
        try connection.prepare(.updateStock).bind(stock.onHand).bind(stock.held)
            .bind(stock.confirmed).bind(catalogueID).bind(code.text).run()
        memory.keep(stock, of: code)
    }

    func setPolicy(for scope: HoldPolicy.Scope, to policy: HoldPolicy) throws {
        memory.keep(policy, for: scope)
        guard !policy.isEmpty else {
            return try prepare(.deletePolicy).bind(scope.text).run()
        }
        var object = JSONObject()
        policy.write(into: &object)
        try prepare(.putPolicy).bind(scope.text).bind(JSON.object(object)).run()
    }

    func put(_ waiting: Waiting) throws {
        memory.noteWanted(waiting.code)
        try prepare(.putWaiting).bind(waiting.id.text).bind(waiting.buyer.text)
            .bind(waiting.show?.text).bind(waiting.code.text).bind(waiting.quantity)
            .bind(waiting.joinedAt.millisecondsSince1970).bind(waiting.place).run()
    }

    func apply(_ change: ReservationChange) throws {
        let new = change.reservation
        let old = change.step == .held ? nil : try reservation(new.id)
        for level in change.stock where old?.state != new.state {
            try setStock(of: level.code, to: level.stock)
        }
        try moveOpenLines(from: old, to: new)
        try takeFlashes(from: old, to: new)
        if old == nil {
            try insertRow(new)
        } else {
            try connection.prepare(.updateReservation).bind(new.state.rawValue)
                .bind(new.deadline.millisecondsSince1970).bind(new.isLate ? 1 : 0)
                .bind(catalogueID).bind(new.id.text).run()
        }
        memory.keep(new)
    }

    private func insertRow(_ new: Reservation) throws {
        try prepare(.insertReservation).bind(new.id.text).bind(new.buyer.text)
            .bind(new.show?.text).bind(new.state.rawValue)
            .bind(new.heldAt.millisecondsSince1970)
            .bind(new.deadline.millisecondsSince1970).bind(new.offeredTo?.text)
            .bind(new.isLate ? 1 : 0).bind(JSON.array(new.lines.map(\.json))).run()
    }

    /// Puts a reservation there as it is, and leaves its SKUs' stock alone.
    func insert(_ reservation: Reservation) throws {
        try insertRow(reservation)
        try moveOpenLines(from: nil, to: reservation)
    }

    private func moveOpenLines(from old: Reservation?, to new: Reservation) throws {
        let isOpen = new.state.isOpen
        if let old, old.state.isOpen, !isOpen || old.deadline != new.deadline {
            for line in old.lines { try run(.deleteOpenLine, line, old) }
        } else if old?.state.isOpen == true {
            return
        }
        guard isOpen else { return }
        for line in new.lines { try run(.insertOpenLine, line, new) }
    }

    private func run(_ query: Query, _ line: Reservation.Line, _ reservation: Reservation) throws {
        try prepare(query).bind(line.code.text).bind(reservation.deadline.millisecondsSince1970)
            .bind(reservation.id.text).run()
    }

    private func takeFlashes(from old: Reservation?, to new: Reservation) throws {
        guard let show = new.show else { return }
        let wasTaken = old?.state.hasUnits ?? false
        let isTaken = new.state.hasUnits
        guard wasTaken != isTaken else { return }
        for line in new.lines {
            guard let flash = line.flash else { continue }
            try prepare(.takeFlash).bind(show.text).bind(line.code.text)
                .bind(isTaken ? line.quantity : -line.quantity).bind(flash).run()
        }
    }
}

extension Reservation {
    /// From the columns that every query of reservations answers with.
    fileprivate init(_ row: Statement) throws {
        guard let state = State(rawValue: row.text(3)) else {
            throw FieldProblem(field: "state", value: row.text(3), flaw: .unknown(known: []))
        }
        try self.init(
            id: ReservationID(row.text(0)), buyer: BuyerID(row.text(1)),
            show: row.optionalText(2).map { try ShowID($0) }, lines: row.lines(8),
            offeredTo: row.optionalText(6).map { try WaitID($0) }, heldAt: row.time(4),
            deadline: row.time(5), state: state, isLate: row.integer(7) != 0)
    }
}

extension Waiting {
    fileprivate init(_ row: Statement) throws {
        try self.init(
            id: WaitID(row.text(0)), buyer: BuyerID(row.text(1)),
            show: row.optionalText(2).map { try ShowID($0) }, code: SKUCode(row.text(3)),
            quantity: row.integer(4), joinedAt: row.time(5), place: row.integer(6))
    }
}

extension HoldPolicy.Scope {
    fileprivate init(_ text: String) throws {
        if text.hasPrefix("show/") {
            self = .show(try ShowID(String(text.dropFirst(5))))
        } else if text.hasPrefix("sku/") {
            self = .sku(try SKUCode(String(text.dropFirst(4))))
        } else {
            self = .catalogue
        }
    }
}

extension Statement {
    fileprivate func lines(_ column: Int32) throws -> [Reservation.Line] {
        try (JSON(parsing: text(column)).arrayValue ?? []).map { try Reservation.Line($0) }
    }

    fileprivate func policy(_ column: Int32) throws -> HoldPolicy {
        var fields = try JSONFields(.object(object(column)))
        return try HoldPolicy(&fields)
    }
}

import Commerce
import Primitives

/// One catalogue within one transaction.
struct SQLiteLedger {
    let connection: Connection
    let name: CatalogueName
    let now: WallClock
    let memory = StepMemory()
    /// As it stands in the table; nil where there is none, or where it was deleted.
    private(set) var described: Catalogue?
    /// Nil until the catalogue is created for the first time.
    private(set) var catalogueID: Int64?
    private(set) var sequence: Int64 = 0
    private(set) var holdClock = HoldClock()
    private var keptHoldClock = HoldClock()

    init(_ name: CatalogueName, now: WallClock, on connection: Connection) throws {
        self.connection = connection
        self.name = name
        self.now = now
        let row = try connection.prepare(.catalogueByName).bind(name.text)
        guard try row.step() else { return }
        let id = row.integer(0)
        if !row.isNull(2) {
            described = try Catalogue(
                name: name, brand: row.text(1), currency: Currency(row.text(2)))
        }
        keptHoldClock = HoldClock(
            last: row.optionalTime(3) ?? HoldClock().last, ahead: .milliseconds(row.integer(4)))
        row.reset()
        holdClock = keptHoldClock
        if !Self.isLate(now, at: keptHoldClock) { _ = holdClock.advance(to: now) }
        catalogueID = id
        let last = try connection.prepare(.lastSequence).bind(id)
        if try last.step() { sequence = last.integer(0) }
        last.reset()
    }

    /// How far behind a time may be that was read before its step had the right to write.
    private static let turnLimit: Duration = .seconds(1)

    /// Whether others, who read their clocks later, were served first: then the hold clock stands
    /// still. Nobody has set the wall clock back, and to count it so each time would make the hold
    /// clock run, and let everything that is held expire too early.
    private static func isLate(_ now: WallClock, at clock: HoldClock) -> Bool {
        let shown = clock.wall(of: clock.last)
        return now < shown && shown < now + turnLimit
    }

    /// Keeps the clock that the step's deadlines were counted by.
    mutating func keepHoldClock() throws {
        guard holdClock != keptHoldClock else { return }
        try connection.prepare(.setHoldClock).bind(holdClock.last.millisecondsSince1970)
            .bind(holdClock.ahead.wholeMilliseconds).bind(catalogueID).run()
        keptHoldClock = holdClock
    }

    /// A statement whose first value is the catalogue.
    func prepare(_ query: Query) throws -> Statement {
        try connection.prepare(query).bind(catalogueID)
    }

    mutating func setSequence(_ sequence: Int64) {
        self.sequence = sequence
    }

    mutating func setCatalogueID(_ id: Int64) {
        catalogueID = id
    }

    mutating func describe(as catalogue: Catalogue?) {
        described = catalogue
    }
}

extension SQLiteLedger: CatalogueReader {
    func catalogue() -> Catalogue? { described }

    func hasSKUsOrShows() throws -> Bool {
        try first(.skus, { $0.bind(nil as String?) }) { _ in true } ?? first(.shows) { _ in true }
            ?? false
    }

    func sku(_ code: SKUCode) throws -> SKU? {
        if let listing = memory.listings[code], let stock = memory.stocks[code] {
            return SKU(code: code, listing: listing, stock: stock)
        }
        let sku = try first(.skuByCode, { $0.bind(code.text) }, SKU.init)
        if let sku { memory.keep(sku) }
        return sku
    }

    func stock(of code: SKUCode) throws -> Stock? {
        if let stock = memory.stocks[code] { return stock }
        let stock = try first(.stockByCode, { $0.bind(code.text) }) { row in
            try Stock(onHand: row.integer(0), held: row.integer(1), confirmed: row.integer(2))
        }
        if let stock { memory.keep(stock, of: code) }
        return stock
    }

    func eachSKU(inFamily family: String?, _ body: (SKU) throws -> Bool) throws {
        let row = try prepare(.skus).bind(family)
        defer { row.reset() }
        while try row.step(), try body(SKU(row)) {}
    }

    func show(_ id: ShowID) throws -> Show? {
        try first(.showByID, { $0.bind(id.text) }, Show.init)
    }

    func shows() throws -> [Show] {
        try all(.shows, { $0 }, Show.init)
    }

    func rail(of show: ShowID) throws -> Rail {
        try Rail(
            all(.railOfShow, { $0.bind(show.text) }) { row in
                try Rail.Entry(
                    code: SKUCode(row.text(0)),
                    showPrice: row.optionalInteger(1).map { try Price(minor: $0) })
            })
    }

    func overlay(of show: ShowID) throws -> Overlay {
        let pinned = try first(.showByID, { $0.bind(show.text) }) { try $0.optionalCode(6) }
        let flashes = try all(.flashesOfShow, { $0.bind(show.text) }) { row in
            try Flash(
                code: SKUCode(row.text(0)), price: Price(minor: row.integer(1)),
                closesAt: row.optionalTime(2), unitLimit: row.optionalInteger(3))
        }
        return Overlay(pinned: pinned ?? nil, flashes: flashes)
    }

    func openShows(listing code: SKUCode) throws -> [ShowID] {
        try all(.openShowsListing, { $0.bind(code.text) }) { try ShowID($0.text(0)) }
    }

    func liveShows() throws -> [ShowID] {
        try all(.liveShows, { $0 }) { try ShowID($0.text(0)) }
    }

    func events(of show: ShowID, after sequence: Int64, limit: Int) throws -> [Event] {
        try all(.eventsOfShow, { $0.bind(show.text).bind(sequence).bind(Int64(limit)) }) { row in
            let place = Event.ShowSequence(show: show, sequence: row.integer(4))
            return try event(row, shows: [place])
        }
    }

    func snapshot() throws -> CatalogueState? {
        try CatalogueState(
            snapshot: all(.snapshot, { $0 }) { try JSON(parsing: $0.text(0)) }, of: name)
    }

    func eachEvent(after sequence: Int64, _ body: (Event) throws -> Bool) throws {
        let events = try prepare(.eventsAfter).bind(sequence)
        let places = try prepare(.showEventsOfCatalogue).bind(sequence)
        defer {
            events.reset()
            places.reset()
        }
        var place = try ShowPlace(places)
        while try events.step() {
            let sequence = events.integer(0)
            var shows: [Event.ShowSequence] = []
            while let current = place, current.sequence <= sequence {
                // A place without its event is left behind, and its show's numbers then show a gap.
                if current.sequence == sequence { shows.append(current.show) }
                place = try ShowPlace(places)
            }
            guard try body(event(events, shows: shows)) else { return }
        }
    }

    /// One event's place in the log of a show.
    private struct ShowPlace {
        let sequence: Int64
        let show: Event.ShowSequence

        init?(_ row: Statement) throws {
            guard try row.step() else { return nil }
            sequence = row.integer(0)
            show = try Event.ShowSequence(show: ShowID(row.text(1)), sequence: row.integer(2))
        }
    }

    /// The event in the first four columns of a row.
    func event(_ row: Statement, shows: [Event.ShowSequence]) throws -> Event {
        try Event(
            catalogue: name, sequence: row.integer(0), time: row.time(2), shows: shows,
            body: Event.Body(type: row.text(1), data: JSON(parsing: row.text(3)), in: name))
    }

    func first<Value>(
        _ query: Query, _ bind: (Statement) -> Statement = { $0 },
        _ convert: (Statement) throws -> Value
    ) throws -> Value? {
        let row = try bind(prepare(query))
        defer { row.reset() }
        return try row.step() ? convert(row) : nil
    }

    func all<Value>(
        _ query: Query, _ bind: (Statement) -> Statement, _ convert: (Statement) throws -> Value
    ) throws -> [Value] {
        let row = try bind(prepare(query))
        defer { row.reset() }
        var values: [Value] = []
        while try row.step() { values.append(try convert(row)) }
        return values
    }
}

extension SKU {
    /// From the columns that every query of SKUs answers with.
    fileprivate init(_ row: Statement) throws {
        try self.init(
            code: SKUCode(row.text(0)),
            listing: Listing(
                title: row.text(4), price: Price(minor: row.integer(5)),
                compareAtPrice: row.optionalInteger(6).map { try Price(minor: $0) },
                family: row.optionalText(7), imageURL: row.optionalText(8),
                pageURL: row.optionalText(9), barcode: row.optionalText(10),
                attributes: Attributes(row.object(11))),
            stock: Stock(
                onHand: row.integer(1), held: row.integer(2), confirmed: row.integer(3)))
    }
}

extension Show {
    fileprivate init(_ row: Statement) throws {
        let state: ShowState =
            switch (row.optionalTime(4), row.optionalTime(5)) {
            case (let from?, let to?): .ended(from: from, to: to)
            case (let since?, nil): .live(since: since)
            case (nil, _): .scheduled
            }
        try self.init(
            id: ShowID(row.text(0)),
            details: ShowDetails(
                title: row.text(1), host: row.optionalText(2), scheduledAt: row.optionalTime(3)),
            state: state)
    }
}

extension Statement {
    func time(_ column: Int32) -> WallClock {
        WallClock(millisecondsSince1970: integer(column))
    }

    func optionalTime(_ column: Int32) -> WallClock? {
        isNull(column) ? nil : time(column)
    }

    /// A JSON object; empty where the column is null.
    func object(_ column: Int32) throws -> JSONObject {
        guard let text = optionalText(column) else { return JSONObject() }
        return try JSON(parsing: text).objectValue ?? JSONObject()
    }

    func optionalCode(_ column: Int32) throws -> SKUCode? {
        try optionalText(column).map { try SKUCode($0) }
    }
}

import Primitives

/// Makes the timeline of a show out of what a store has of it.
package struct TimelineExport {
    /// The timeline, and what the log had lost before it was made.
    package struct Made {
        package let timeline: Timeline
        /// Events of the show that are trimmed from the log.
        package let trimmed: Int64
    }

    private let reader: any CatalogueReader
    private let id: ShowID
    private let includesBuyers: Bool
    private var header = TimelineHeader()
    private var events: [TimelineEvent] = []
    /// Each SKU that occurs, and the place in the catalogue's log where it first does.
    private var firstPlaces: [SKUCode: Int64] = [:]
    private var trimmed: Int64 = 0
    /// In the show's own log.
    private var lastPlace: Int64 = 0

    private static let batch = 1000

    private init(reader: any CatalogueReader, id: ShowID, includesBuyers: Bool) {
        self.reader = reader
        self.id = id
        self.includesBuyers = includesBuyers
    }

    /// Also of a show that is deleted: its log stays. Reservations and places of waitlists name
    /// their buyers and are left out unless they are asked for.
    package static func timeline(
        of show: ShowID, in reader: any CatalogueReader, includesBuyers: Bool
    ) throws -> Made {
        var export = TimelineExport(reader: reader, id: show, includesBuyers: includesBuyers)
        let catalogue = try reader.requireCatalogue()
        export.header.show = show.text
        export.header.catalogue = catalogue.name.text
        export.header.currency = catalogue.currency.code
        try export.readEvents()
        if export.lastPlace == 0 {
            _ = try reader.requireShow(show)
            // A show has at least the event of its creation: all it had is trimmed.
            export.trimmed = try reader.snapshot()?.showSequences[show] ?? 0
        }
        try export.describeShow()
        try export.list()
        export.header.alignment = TimelineAlignment(way: .none)
        return Made(
            timeline: Timeline(header: export.header, events: export.events),
            trimmed: export.trimmed)
    }

    private mutating func readEvents() throws {
        while true {
            let batch = try reader.events(of: id, after: lastPlace, limit: Self.batch)
            for event in batch {
                guard let own = event.shows.first(where: { $0.show == id }) else { continue }
                if lastPlace == 0 { trimmed = own.sequence - 1 }
                lastPlace = own.sequence
                try take(event, own)
            }
            if batch.count < Self.batch { return }
        }
    }

    private mutating func take(_ event: Event, _ place: Event.ShowSequence) throws {
        switch event.body {
        case .showCreated(_, let details), .showChanged(_, let details):
            header.title = details.title
        case .showStarted: header.startedAt = event.time
        case .showEnded: header.endedAt = event.time
        case .railChanged(_, let rail):
            header.rail = rail.entries.map {
                TimelineRailEntry(code: $0.code, showPriceMinor: $0.showPrice?.minor)
            }
            for entry in rail.entries { meet(entry.code, at: event.sequence) }
        case .reservation(let change):
            guard includesBuyers else { return }
            for line in change.reservation.lines { meet(line.code, at: event.sequence) }
        case .waiting: guard includesBuyers else { return }
        default: break
        }
        guard let object = event.envelope(for: place).objectValue else { return }
        let moved = try TimelineEvent(object)
        if let code = moved.code { meet(code, at: event.sequence) }
        guard events.count < TimelineLimits.events else {
            throw TimelineProblem.tooManyEvents(limit: TimelineLimits.events)
        }
        events.append(moved)
    }

    private mutating func meet(_ code: SKUCode, at sequence: Int64) {
        if firstPlaces[code] == nil { firstPlaces[code] = sequence }
    }

    /// What the log says of the show is not all where its start is trimmed.
    private mutating func describeShow() throws {
        guard trimmed > 0, let show = try reader.show(id) else { return }
        header.title = header.title ?? show.details.title
        switch show.state {
        case .scheduled: break
        case .live(let since): header.startedAt = header.startedAt ?? since
        case .ended(let from, let to):
            header.startedAt = header.startedAt ?? from
            header.endedAt = header.endedAt ?? to
        }
        let rail = try reader.rail(of: id)
        if header.rail == nil {
            header.rail = rail.entries.map {
                TimelineRailEntry(code: $0.code, showPriceMinor: $0.showPrice?.minor)
            }
            for entry in rail.entries { meet(entry.code, at: 0) }
        }
    }

    /// Each SKU as it was listed where it first occurs: what is changed later the events say, and
    /// what is changed after the show does not matter to it. No stock: a replay asks for it.
    private mutating func list() throws {
        var listings: [SKUCode: Listing] = [:]
        let last = firstPlaces.values.max() ?? 0
        if let snapshot = try reader.snapshot() {
            for (code, sku) in snapshot.skus where firstPlaces[code] != nil {
                listings[code] = sku.listing
            }
        }
        if last > 0 {
            try reader.eachEvent(after: 0) { event in
                guard event.sequence <= last else { return false }
                switch event.body {
                case .skuAdded(let sku):
                    if event.sequence <= firstPlaces[sku.code] ?? 0 {
                        listings[sku.code] = sku.listing
                    }
                case .skuChanged(let code, let listing):
                    if event.sequence <= firstPlaces[code] ?? 0 { listings[code] = listing }
                default: break
                }
                return true
            }
        }
        for code in firstPlaces.keys.sorted() {
            guard let listing = try listings[code] ?? reader.sku(code)?.listing else { continue }
            var object = JSONObject()
            listing.write(into: &object)
            object["sku"] = .string(code.text)
            header.listings.append(try TimelineListing(.object(object)))
        }
    }
}

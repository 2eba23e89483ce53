import Commerce
import Primitives

/// What a change or a question has read of a catalogue, so that nothing is asked twice, and what
/// the change has made of it since.
final class CatalogueReading {
    let name: CatalogueName
    let look: CatalogueLook
    let store: RedisStore
    let deadline: Instant
    /// What all keys of this generation begin with.
    let prefix: String

    private var currentCatalogue: Catalogue??
    private var isCleared = false
    private var skus: [SKUCode: SKU?] = [:]
    private var shows: [ShowID: ShowReading?] = [:]
    private var policies: [HoldPolicy.Scope: HoldPolicy] = [:]
    private var live: [ShowID]?
    /// How rails have changed since: of each SKU the shows that list it now or no longer do.
    private var relisted: [SKUCode: [(show: ShowID, isListed: Bool)]] = [:]
    private var addedCount: Int64 = 0
    /// After so many single questions it is cheaper to read everything.
    private static let singleReads = 64
    private var reads = 0
    private var hasAll = false

    /// A show with all that belongs to it.
    struct ShowReading {
        var show: Show
        var rail: Rail
        var overlay: Overlay
        var policy: HoldPolicy
    }

    init(
        _ name: CatalogueName, _ look: CatalogueLook, of store: RedisStore, until deadline: Instant
    ) {
        self.name = name
        self.look = look
        self.store = store
        self.deadline = deadline
        prefix = RedisStore.prefix(name) + look.generation + ":"
    }

    // MARK: Asking

    /// The second word is a key.
    func reply(_ words: [String]) throws -> RedisReply {
        try replies([words])[0]
    }

    func replies(_ commands: [[String]]) throws -> [RedisReply] {
        var batch = RedisBatch()
        for words in commands {
            batch.begin(words: words.count)
            for (index, word) in words.enumerated() { batch.add(index == 1 ? prefix + word : word) }
        }
        let replies = try store.ask(name, batch, until: deadline)
        for reply in replies {
            guard let error = reply.error else { continue }
            throw StoreError.unreachable(server: store.address, reason: error.text)
        }
        return replies
    }

    func text(_ words: [String]) throws -> PackedText? {
        try reply(words).text.map { PackedText($0) }
    }

    func texts(_ words: [String]) throws -> [String] {
        (try reply(words).elements ?? []).compactMap(\.text)
    }

    func number(_ words: [String]) throws -> Int64 { try reply(words).number ?? 0 }

    func keptAnswer(to key: IdempotencyKey, _ request: ChangeRequest) throws -> JSON? {
        let batch = RedisBatch("GET", RedisStore.prefix(name) + "k:\(key)")
        guard let kept = try store.ask(name, batch, until: deadline)[0].text else { return nil }
        guard kept.hasPrefix(request.fingerprint.text) else { throw CommerceError.keyReused(key) }
        return try JSON(parsing: String(kept.dropFirst(32)))
    }

    // MARK: Objects

    func catalogue() throws -> Catalogue? {
        if let currentCatalogue { return currentCatalogue }
        guard let brand = look.brand, let currency = look.currency else { return nil }
        let catalogue = try Catalogue(name: name, brand: brand, currency: Currency(currency))
        currentCatalogue = .some(catalogue)
        return catalogue
    }

    func hasSKUsOrShows() throws -> Bool {
        (isCleared ? 0 : look.skuCount + look.showCount) + addedCount > 0
    }

    func sku(_ code: SKUCode) throws -> SKU? {
        if let known = skus[code] { return known }
        guard !isCleared, !hasAll else { return nil }
        reads += 1
        if reads > Self.singleReads {
            try readAllSKUs()
            return skus[code] ?? nil
        }
        let sku = try SKU(code: code, fields: reply(SKU.question(code.text)))
        skus[code] = .some(sku)
        return sku
    }

    private func readAllSKUs() throws {
        hasAll = true
        try eachStoredSKU { sku in
            if skus[sku.code] == nil { skus[sku.code] = .some(sku) }
            return true
        }
    }

    func show(_ id: ShowID) throws -> ShowReading? {
        if let known = shows[id] { return known }
        guard !isCleared else { return nil }
        let reading = try ShowReading(id, fields: reply(["HGETALL", "w:\(id)"]))
        shows[id] = .some(reading)
        return reading
    }

    func openShows(_ code: SKUCode) throws -> [ShowID] {
        var found =
            isCleared ? [] : Set(try texts(["SMEMBERS", "o:\(code)"]).map { try ShowID($0) })
        for (show, isListed) in relisted[code] ?? [] {
            if isListed { found.insert(show) } else { found.remove(show) }
        }
        return found.sorted()
    }

    func liveShows() throws -> [ShowID] {
        if let live { return live }
        let found =
            isCleared ? [] : try texts(["SMEMBERS", "live"]).map { try ShowID($0) }.sorted()
        live = found
        return found
    }

    func policy(_ scope: HoldPolicy.Scope) throws -> HoldPolicy {
        if let known = policies[scope] { return known }
        guard !isCleared else { return .none }
        let found: HoldPolicy
        switch scope {
        case .catalogue: found = look.policy
        case .show(let id): found = try show(id)?.policy ?? .none
        case .sku(let code):
            found =
                try text(["HGET", "s:\(code)", "q"]).map { try HoldPolicy(packed: $0) } ?? .none
        }
        policies[scope] = found
        return found
    }

    // MARK: What a change does

    /// As the event will change the tables, for what the change reads afterwards.
    func apply(_ body: Event.Body, at now: WallClock, sequence: Int64) throws {
        switch body {
        case .catalogueCreated(let new), .catalogueChanged(let new): currentCatalogue = .some(new)
        case .catalogueDeleted: clear()
        case .skuAdded(let sku):
            skus[sku.code] = .some(sku)
            addedCount += 1
        case .skuChanged(let code, let listing):
            guard var sku = try sku(code) else { return }
            sku.listing = listing
            skus[code] = .some(sku)
        case .stockUpdate(let code, let stock, _):
            guard var sku = try sku(code) else { return }
            sku.stock = stock
            skus[code] = .some(sku)
        case .skuRemoved(let code):
            skus[code] = .some(nil)
            policies[.sku(code)] = HoldPolicy.none
            addedCount -= 1
        case .policyChanged(let scope, let policy):
            policies[scope] = policy
        default: try applyToShow(body, at: now)
        }
    }

    private func clear() {
        currentCatalogue = .some(nil)
        isCleared = true
        (skus, shows, policies, relisted, addedCount, live) = ([:], [:], [:], [:], 0, [])
    }

    private func applyToShow(_ body: Event.Body, at now: WallClock) throws {
        guard let id = body.show else { return }
        if case .showCreated(_, let details) = body {
            shows[id] = .some(
                ShowReading(
                    show: Show(id: id, details: details), rail: .empty, overlay: Overlay(),
                    policy: .none))
            addedCount += 1
            return
        }
        guard var reading = try show(id) else { return }
        switch body {
        case .showChanged(_, let details): reading.show.details = details
        case .showStarted:
            live = (try liveShows() + [id]).sorted()
            reading.show.state = .live(since: now)
        case .showEnded:
            live = try liveShows().filter { $0 != id }
            if case .live(let since) = reading.show.state {
                reading.show.state = .ended(from: since, to: now)
            }
            reading.overlay = Overlay()
            relist(id, from: reading.rail, to: .empty)
        case .showDeleted:
            relist(id, from: reading.rail, to: .empty)
            shows[id] = .some(nil)
            policies[.show(id)] = HoldPolicy.none
            addedCount -= 1
            return
        case .railChanged(_, let rail):
            relist(id, from: reading.rail, to: rail)
            reading.rail = rail
        case .pin(_, let code): reading.overlay.pinned = code
        case .unpin: reading.overlay.pinned = nil
        case .priceFlash(_, let flash): reading.overlay.put(flash)
        case .priceFlashClosed(_, let code): reading.overlay.remove(code)
        default: break
        }
        shows[id] = .some(reading)
    }

    private func relist(_ id: ShowID, from old: Rail, to new: Rail) {
        for entry in old.entries where new[entry.code] == nil {
            relisted[entry.code, default: []].append((id, false))
        }
        for entry in new.entries where old[entry.code] == nil {
            relisted[entry.code, default: []].append((id, true))
        }
    }
}

import Commerce
import Primitives

/// How a catalogue stands at one moment, by the server's clock.
struct CatalogueLook {
    let epoch: String
    let isFrozen: Bool
    /// Another one with every change that is not of a reservation.
    let version: String
    let sequence: Int64
    let now: WallClock
    let holdClock: HoldClock
    let generation: String
    let brand: String?
    let currency: String?
    let policy: HoldPolicy
    let skuCount: Int64
    let showCount: Int64
    let openCount: Int64

    init(_ reply: RedisReply) throws {
        guard let fields = reply.elements, fields.count == 14 else { throw PackedText.Misread() }
        func number(_ index: Int) -> Int64? { fields[index].number }
        epoch = fields[0].text ?? "0"
        isFrozen = fields[1].text != nil
        version = fields[2].text ?? "0"
        sequence = number(3) ?? 0
        // What scripts count is exact below that.
        guard (0..<1 << 53).contains(sequence) else { throw PackedText.Misread() }
        now = WallClock(millisecondsSince1970: number(13) ?? 0)
        var clock = HoldClock()
        if let last = number(4) {
            clock = HoldClock(
                last: WallClock(millisecondsSince1970: last),
                ahead: .milliseconds(number(5) ?? 0))
        }
        _ = clock.advance(to: now)
        holdClock = clock
        generation = fields[6].text ?? "0"
        brand = fields[7].text
        currency = fields[8].text
        policy = try HoldPolicy(packed: PackedText(fields[9].text ?? ""))
        skuCount = number(10) ?? 0
        showCount = number(11) ?? 0
        openCount = number(12) ?? 0
    }
}

extension RedisStore {
    /// Asks again and again while patience lasts. Where no answer came, nothing that is seen has
    /// changed, unless it `mayChange` something.
    func ask(
        _ name: CatalogueName, _ batch: RedisBatch, mayChange: Bool = false,
        until deadline: Instant
    ) throws -> [RedisReply] {
        var pauses = Pauses()
        while true {
            do throws(RedisFailure) {
                let connection = try attachment(to: name, until: deadline).connection
                return try answers(connection, batch, until: deadline)
            } catch {
                switch error {
                case .refused: throw StoreError(error, server: address)
                case .unknown(let trouble) where !mayChange:
                    try pause(&pauses, after: .notSent(trouble), until: deadline)
                case .unknown, .notSent: try pause(&pauses, after: error, until: deadline)
                }
            }
        }
    }

    /// Waits before something is tried again; throws where patience has ended.
    func pause(_ pauses: inout Pauses, after failure: RedisFailure, until deadline: Instant) throws
    {
        guard failure.trouble != .interrupted else { throw StoreError.interrupted }
        guard WireClock.now < deadline else { throw StoreError(failure, server: address) }
        do throws(RedisTrouble) {
            try pauses.pause(until: deadline, options)
        } catch {
            throw StoreError.interrupted
        }
    }

    /// The answers to a batch, of which an error of place makes all count as not run. Scripts that
    /// are missing are loaded for the next try.
    func answers(
        _ connection: RedisConnection, _ batch: RedisBatch, until deadline: Instant
    ) throws(RedisFailure) -> [RedisReply] {
        var replies: [RedisReply] = []
        replies.reserveCapacity(batch.count)
        for start in stride(from: 0, to: batch.count, by: RedisLimits.commandsInFlight) {
            var part = RedisBatch()
            let end = min(start + RedisLimits.commandsInFlight, batch.count)
            if start == 0, end == batch.count {
                part = batch
            } else {
                for index in start..<end { part.append(commandAt: index, of: batch) }
            }
            do throws(RedisFailure) {
                replies += try connection.exchange(part, until: deadline)
            } catch {
                servers.drop(connection)
                servers.lookAgain()
                throw error
            }
        }
        for reply in replies {
            guard let error = reply.error, error.isElsewhereOrLater else { continue }
            servers.report(error, from: connection)
            throw .notSent(.answered(connection.endpoint, error))
        }
        return replies
    }

    func look(at name: CatalogueName) throws -> CatalogueLook {
        let deadline = deadline
        while true {
            let script = scripts[.look]
            var batch = RedisBatch()
            batch.begin(words: 2 + CatalogueKeys.wordCount)
            batch.add("EVALSHA")
            batch.add(script.name)
            CatalogueKeys(name).write(to: &batch)
            let reply = try ask(name, batch, until: deadline)[0]
            if let error = reply.error {
                guard error.kind == .noScript, WireClock.now < deadline else {
                    throw StoreError.unreachable(server: address, reason: error.text)
                }
                load(script, on: try attached(name, until: deadline).connection)
                continue
            }
            do {
                return try CatalogueLook(reply)
            } catch {
                throw StoreError.damaged(path: address, reason: "\(RedisStore.meta(name))")
            }
        }
    }

    /// As `attachment`, for callers whose failures are those of stores.
    func attached(_ name: CatalogueName, until deadline: Instant) throws -> Attachment {
        do throws(RedisFailure) {
            return try attachment(to: name, until: deadline)
        } catch {
            throw StoreError(error, server: address)
        }
    }
}

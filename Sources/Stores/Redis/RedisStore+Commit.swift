import Commerce
import Primitives

/// What a change has come to, to be written as a whole.
struct Commit {
    let catalogue: CatalogueName
    let look: CatalogueLook
    let operations: [String]
    let request: ChangeRequest
    /// Names the change where the caller has not, so that asking again does it once.
    let name: String
    let document: JSON

    /// More of them, or more bytes, are staged in a list first: a call has limits.
    static let operationsInCall = 2000
    static let bytesInCall = 1 << 20

    var isLarge: Bool {
        operations.count > Self.operationsInCall
            || operations.lazy.map(\.utf8.count).reduce(0, +) > Self.bytesInCall
    }

    var makesCatalogue: Bool { operations.contains { $0.hasPrefix("C\u{C}") } }

    /// A control character cannot be in a caller's key.
    var key: String { request.key?.text ?? "\u{1}\(name)" }
}

/// What came of a try to write it.
private enum CommitOutcome {
    case done(ChangeAnswer)
    /// What was read is different now.
    case conflict
    /// The script was missing, or the epoch is another.
    case again
    case frozen
    case refused(any Error)
    case failed(RedisFailure)
}

extension RedisStore {
    /// Nil where what was read is different now: the verb has to run again.
    func commit(_ commit: Commit, until deadline: Instant) throws -> ChangeAnswer? {
        if commit.makesCatalogue { try addName(commit.catalogue, until: deadline) }
        var pauses = Pauses()
        // What was sent and not answered: then nothing but an answer says that it was not done.
        var doubt: RedisTrouble?
        while true {
            switch attempt(commit, until: deadline) {
            case .done(let answer): return answer
            case .conflict: return nil
            case .again:
                guard WireClock.now < deadline else {
                    let reason = "no script stays loaded"
                    throw doubt == nil
                        ? StoreError.unreachable(server: address, reason: reason)
                        : .unknown(server: address, reason: reason)
                }
            case .frozen:
                guard let doubt else { return nil }
                throw StoreError.unknown(server: address, reason: doubt.reason)
            case .refused(let error):
                guard let doubt, let error = error as? StoreError else { throw error }
                throw error.afterDoubt(doubt)
            case .failed(let failure):
                if case .unknown(let trouble) = failure { doubt = trouble }
                if case .refused = failure {
                    let error = StoreError(failure, server: address)
                    throw doubt.map { error.afterDoubt($0) } ?? error
                }
                do {
                    try pause(&pauses, after: failure, until: deadline)
                } catch {
                    guard let doubt else { throw error }
                    throw StoreError.unknown(server: address, reason: doubt.reason)
                }
            }
        }
    }

    private func attempt(_ commit: Commit, until deadline: Instant) -> CommitOutcome {
        do throws(RedisFailure) {
            return try send(commit, until: deadline)
        } catch {
            return .failed(error)
        }
    }

    private func send(
        _ commit: Commit, until deadline: Instant
    ) throws(RedisFailure) -> CommitOutcome {
        let attachment = try attachment(to: commit.catalogue, until: deadline)
        guard attachment.epoch == commit.look.epoch, !attachment.isFrozen else {
            detach(commit.catalogue)
            return .frozen
        }
        let connection = attachment.connection
        let isStaged = commit.isLarge
        if isStaged { try stage(commit, connection, until: deadline) }
        let script = scripts[.commit]
        let operations = isStaged ? [] : commit.operations
        var batch = RedisBatch()
        batch.begin(words: 12 + CatalogueKeys.wordCount + operations.count)
        batch.add("EVALSHA")
        batch.add(script.name)
        CatalogueKeys(commit.catalogue).write(to: &batch)
        batch.add(commit.look.epoch)
        batch.add(freshName())
        batch.add(commit.key)
        batch.add(commit.request.fingerprint.text)
        batch.add(commit.look.version)
        batch.add(commit.look.now.millisecondsSince1970)
        batch.add(isStaged ? "stage:\(commit.name)" : "")
        batch.add(Int64(commit.operations.count))
        batch.add(Self.run(of: connection))
        batch.add(commit.document.text)
        for operation in operations { batch.add(operation) }
        let reply = try answers(connection, batch, until: deadline)[0]
        if reply.error?.kind == .noScript {
            load(script, on: connection)
            return .again
        }
        return outcome(reply, of: commit)
    }

    private func outcome(_ reply: RedisReply, of commit: Commit) -> CommitOutcome {
        if let error = reply.error {
            return .refused(StoreError.unreachable(server: address, reason: error.text))
        }
        guard let text = reply.text, let first = text.utf8.first else {
            return .refused(StoreError.damaged(path: address, reason: "commit"))
        }
        switch first {
        case UInt8(ascii: "d"):
            return .done(ChangeAnswer(document: commit.document, isRepeated: false))
        case UInt8(ascii: "="):
            guard let document = try? JSON(parsing: String(text.dropFirst())) else {
                return .refused(StoreError.damaged(path: address, reason: "answer"))
            }
            return .done(ChangeAnswer(document: document, isRepeated: commit.request.key != nil))
        case UInt8(ascii: "!"):
            guard let key = commit.request.key else { return .conflict }
            return .refused(CommerceError.keyReused(key))
        case UInt8(ascii: "^"): return .conflict
        case UInt8(ascii: "#"), UInt8(ascii: "?"):
            detach(commit.catalogue)
            return .frozen
        default: return .refused(StoreError.damaged(path: address, reason: "commit"))
        }
    }

    /// The name is known before the catalogue is there: a name without one is passed over.
    private func addName(_ name: CatalogueName, until deadline: Instant) throws {
        do throws(RedisFailure) {
            _ = try servers.exchange(
                RedisBatch("SADD", Self.namesKey, name.text), forKey: Self.namesKey,
                until: deadline)
        } catch {
            throw StoreError(error, server: address)
        }
    }

    /// Puts the operations into a list that only this change knows of, and that goes by itself
    /// where the change is never made.
    private func stage(
        _ commit: Commit, _ connection: RedisConnection, until deadline: Instant
    ) throws(RedisFailure) {
        let key = Self.prefix(commit.catalogue) + "stage:\(commit.name)"
        var batch = RedisBatch("DEL", key)
        var start = 0
        while start < commit.operations.count {
            let end = min(start + 1000, commit.operations.count)
            batch.begin(words: 2 + end - start)
            batch.add("RPUSH")
            batch.add(key)
            for index in start..<end { batch.add(commit.operations[index]) }
            start = end
        }
        batch.append(["EXPIRE", key, "600"])
        do throws(RedisFailure) {
            for reply in try answers(connection, batch, until: deadline) {
                guard let error = reply.error else { continue }
                throw .notSent(.answered(connection.endpoint, error))
            }
        } catch {
            // A list that nobody reads is no change.
            throw error.ofQuestion
        }
    }
}

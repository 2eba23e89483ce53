import Commerce
import Primitives

/// A store on servers of Redis: one, a primary that sentinels watch, or a cluster.
///
/// Each catalogue lies in one slot. What is hot runs on the server as one script a verb; all else
/// is read, decided here, and written by one script where nothing that was read has changed. One
/// object belongs to one thread.
package final class RedisStore {
    package let address: String
    let servers: RedisServers
    let options: RedisOptions
    let waits: RedisAddress.ReplicaWait
    /// Sentinels put another server in its place when it is not there.
    let isWatched: Bool
    let waitTimeout: Duration
    var scripts: ScriptSet
    /// By catalogue, of the connection that serves it now.
    private var attachments: [String: Attachment] = [:]
    private var hasStandard = false
    /// Names batches and changes, so that a server knows again what it has been asked before.
    private let nonce = SystemRandomNumberGenerator.number()
    private var nonces = 0

    /// A catalogue on a connection: everything that is sent names its epoch.
    struct Attachment {
        let connection: RedisConnection
        var epoch: String
        var isFrozen: Bool
        /// How many replicas must have a confirmation; nil until one is made.
        var replicas: Int?
        /// Scripts that the server has been seen to have.
        var known: Set<ScriptSet.Kind> = []

        var server: String { connection.endpoint.text }
    }

    /// The next deadline is always counted from the call, so that each has its own patience.
    var deadline: Instant { options.deadline }

    package convenience init(_ address: RedisAddress, text: String, options: RedisOptions) throws {
        try self.init(address, text: text, options: options, clock: LuaScript.serverTime)
    }

    /// `clock` is what the scripts read the time by.
    init(
        _ address: RedisAddress, text: String, options: RedisOptions, clock: String
    ) throws {
        self.address = text
        self.options = options
        waits = address.wait
        isWatched = address.deployment.isWatched
        waitTimeout = address.waitTimeout
        scripts = ScriptSet(clock: clock)
        do throws(RedisRefusal) {
            servers = try RedisServers(
                address, options: options, opening: RedisBatch("INFO", "server"),
                attach: { _, _ in })
        } catch {
            throw StoreError(.refused(error), server: text)
        }
    }

    /// A name that nobody else gives.
    func freshName() -> String {
        nonces += 1
        return "\(nonce)-\(nonces)"
    }

    static func prefix(_ name: CatalogueName) -> String { "lc:{\(name.text)}:" }
    static func meta(_ name: CatalogueName) -> String { prefix(name) + "meta" }
    static let namesKey = "lc:catalogues"

    // MARK: Taking part

    /// The connection that serves a catalogue now. The first time on it the catalogue learns which
    /// server this is, and freezes where it is another than before.
    func attachment(
        to name: CatalogueName, until deadline: Instant
    ) throws(RedisFailure) -> Attachment {
        let connection = try servers.connection(forKey: Self.meta(name), until: deadline)
        if let known = attachments[name.text], known.connection === connection { return known }
        let run = Self.run(of: connection)
        // Without it nobody would notice that this is another server than before.
        guard !run.isEmpty else {
            throw .refused(.unexpected(connection.endpoint, RedisError("INFO tells no run_id")))
        }
        let reply = try ask(connection, until: deadline) { batch in
            batch.begin(words: 3 + CatalogueKeys.wordCount)
            batch.add("EVAL")
            batch.add(scripts[.attach].text)
            CatalogueKeys(name).write(to: &batch)
            batch.add(run)
        }
        guard let words = reply.elements, words.count == 2, let epoch = words[0].text else {
            throw .notSent(.badReply(connection.endpoint))
        }
        let attachment = Attachment(
            connection: connection, epoch: epoch, isFrozen: words[1].text == "1")
        // A frozen one is asked for anew each time: somebody may thaw it while this process lives.
        attachments[name.text] = attachment.isFrozen ? nil : attachment
        return attachment
    }

    func knownAttachment(of name: CatalogueName) -> Attachment? { attachments[name.text] }

    func put(_ attachment: Attachment, for name: CatalogueName) {
        attachments[name.text] = attachment
    }

    /// What was known of a catalogue is not so any longer.
    func detach(_ name: CatalogueName) {
        attachments[name.text] = nil
    }

    /// The `run_id` of a server, which it draws anew with each start.
    static func run(of connection: RedisConnection) -> String {
        let text = connection.openingReplies.first?.text ?? ""
        return infoField("run_id", of: text) ?? ""
    }

    static func infoField(_ name: String, of text: String) -> String? {
        for line in text.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            if line[..<colon].elementsEqual(name.utf8) {
                return String(Substring(line[line.index(after: colon)...]))
            }
        }
        return nil
    }

    /// One command that may be asked again whatever became of it. Errors of place are reported, and
    /// thrown as what has surely not run.
    private func ask(
        _ connection: RedisConnection, until deadline: Instant,
        _ fill: (inout RedisBatch) -> Void
    ) throws(RedisFailure) -> RedisReply {
        var batch = RedisBatch()
        fill(&batch)
        let reply = try connection.exchange(batch, until: deadline)[0]
        guard let error = reply.error else { return reply }
        servers.report(error, from: connection)
        throw .notSent(.answered(connection.endpoint, error))
    }

    // MARK: The catalogue that is always there

    /// Small shops never type the word: the default catalogue is there from the start.
    func makeStandard() throws {
        guard !hasStandard else { return }
        if try look(at: .standard).currency == nil {
            let request = ChangeRequest(key: nil, fingerprint: Fingerprint())
            _ = try run(.standard, by: request) { ledger in
                // Others may have been at the same thing.
                guard try ledger.catalogue() == nil else { return [:] }
                _ = try ledger.createCatalogue(brand: "Default", currency: Currency("USD"))
                return [:]
            }
        }
        hasStandard = true
    }
}

extension SystemRandomNumberGenerator {
    fileprivate static func number() -> String {
        var random = SystemRandomNumberGenerator()
        return String(random.next(), radix: 36)
    }
}

package import Commerce
package import Primitives

/// The embedded store: one SQLite file in WAL mode, safe for many processes at once.
///
/// An answer that was given survives a power cut, but for holds, which nobody has paid for: they
/// survive the end of the process. One object belongs to one thread.
package final class SQLiteStore {
    package let path: String
    let connection: Connection
    let groupSync: GroupSync

    package struct Options {
        /// How long to wait for other processes that write.
        package let patience: Duration
        /// Ends waits and long statements early.
        package let isInterrupted: () -> Bool

        package init(patience: Duration, isInterrupted: @escaping () -> Bool) {
            self.patience = patience
            self.isInterrupted = isInterrupted
        }

        func patience(with marks: SharedMarks) -> Patience {
            Patience(limit: patience, marks: marks, isInterrupted: isInterrupted)
        }
    }

    /// Opens the store, making it first where there is none yet.
    package init(creatingAt path: String, at now: WallClock, options: Options) throws {
        try StoreFile.create(path)
        self.path = path
        let marks = SharedMarks(storePath: path)
        connection = try Connection(
            path: path, mode: .readWrite, patience: options.patience(with: marks))
        groupSync = GroupSync(marks: marks)
        try prepareForUse(at: now)
    }

    /// Opens a store that must be there.
    package init(openingAt path: String, at now: WallClock, options: Options) throws {
        guard StoreFile.exists(path) else { throw StoreError.missing(path: path) }
        self.path = path
        let marks = SharedMarks(storePath: path)
        connection = try Connection(
            path: path, mode: .readWrite, patience: options.patience(with: marks))
        groupSync = GroupSync(marks: marks)
        try prepareForUse(at: now)
    }

    private func prepareForUse(at now: WallClock) throws {
        // A stranger's file is left as it is, so this comes first.
        let version = try schemaVersion()
        if version == 0 { try connection.execute("PRAGMA page_size = \(Schema.pageSize)") }
        try turnOnWAL()
        // Commits are synced by us, so that many share one sync.
        try connection.execute("PRAGMA synchronous = NORMAL")
        if version != Schema.version { try migrate(at: now) }
    }

    /// The version of the tables: 0 for a new file.
    private func schemaVersion() throws -> Int64 {
        let row = try connection.prepare(
            """
            SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema)
            FROM pragma_user_version, pragma_application_id
            """)
        guard try row.step() else { return 0 }
        let (version, application, tables) = (row.integer(0), row.integer(1), row.integer(2))
        row.reset()
        guard application == Schema.applicationID || (version == 0 && tables == 0) else {
            throw StoreError.notAStore(path: path)
        }
        guard version <= Schema.version else {
            throw StoreError.newerSchema(path: path, found: version, known: Schema.version)
        }
        return version
    }

    /// The mode is kept in the file. Only the first process has to set it, and it may meet others
    /// that are at the same thing, which SQLite reports as busy without calling the busy handler.
    private func turnOnWAL() throws {
        var attempts = 0
        while try connection.text("PRAGMA journal_mode") != "wal" {
            do {
                try connection.execute("PRAGMA journal_mode = WAL")
            } catch {
                attempts += 1
                guard case .busy = error, attempts < 10_000, connection.waitForOthers() else {
                    throw error
                }
            }
        }
    }

    /// Takes the tables to the newest version, in one transaction. Others may be at it, too: the
    /// version is read again once the right to write is ours.
    private func migrate(at now: WallClock) throws {
        try connection.transaction(.write) {
            let version = try schemaVersion()
            for step in Schema.steps[Int(version)...] { try connection.execute(step) }
            try connection.execute(
                """
                PRAGMA user_version = \(Schema.version);
                PRAGMA application_id = \(Schema.applicationID)
                """)
            if version == 0 {
                var ledger = try SQLiteLedger(.standard, now: now, on: connection)
                _ = try ledger.createCatalogue(brand: "Default", currency: Currency("USD"))
            }
        }
    }
}

extension SQLiteStore: ShopStore {
    package var address: String { "sqlite:\(path)" }

    package func change(
        _ catalogue: CatalogueName, by request: ChangeRequest, at now: WallClock,
        _ verb: (inout any Ledger) throws -> JSON
    ) throws -> ChangeAnswer {
        let changed = try connection.transaction(.write, keeping: !request.isDryRun) {
            if let key = request.key,
                let document = try answer(to: key, request.fingerprint, in: catalogue)
            {
                return ChangeAnswer(document: document, isRepeated: true)
            }
            var ledger: any Ledger = try SQLiteLedger(
                catalogue, now: now + connection.turnWait, on: connection)
            while try ledger.expireDue(limit: 1000) {}
            let document = try verb(&ledger)
            if var ledger = ledger as? SQLiteLedger { try ledger.keepHoldClock() }
            if let key = request.key {
                try keep(document, for: key, request.fingerprint, in: catalogue, at: now)
            }
            return ChangeAnswer(document: document, isRepeated: false)
        }
        if !request.isDryRun { try groupSync.sync(connection.syncLog) }
        return changed
    }

    package func read<Answer>(
        _ catalogue: CatalogueName, at now: WallClock,
        _ question: (any CatalogueReader) throws -> Answer
    ) throws -> Answer {
        try connection.transaction(.read) {
            try question(SQLiteLedger(catalogue, now: now, on: connection))
        }
    }

    package func catalogues() throws -> [Catalogue] {
        let row = try connection.prepare(.catalogues)
        defer { row.reset() }
        var catalogues: [Catalogue] = []
        while try row.step() {
            catalogues.append(
                try Catalogue(
                    name: CatalogueName(row.text(0)), brand: row.text(1),
                    currency: Currency(row.text(2))))
        }
        return catalogues
    }

    /// Each catalogue has keys of its own. No key has a space in it.
    private func name(of key: IdempotencyKey, in catalogue: CatalogueName) -> String {
        "\(catalogue) \(key)"
    }

    func answer(
        to key: IdempotencyKey, _ fingerprint: Fingerprint, in catalogue: CatalogueName
    ) throws -> JSON? {
        let row = try connection.prepare(.answerByKey).bind(name(of: key, in: catalogue))
        defer { row.reset() }
        guard try row.step() else { return nil }
        guard row.text(0) == fingerprint.text else { throw CommerceError.keyReused(key) }
        return try JSON(parsing: row.text(1))
    }

    func keep(
        _ document: JSON, for key: IdempotencyKey, _ fingerprint: Fingerprint,
        in catalogue: CatalogueName, at now: WallClock
    ) throws {
        let oldest = now + (.zero - ChangeRequest.keyLifetime)
        try connection.prepare(.forgetOldAnswers).bind(oldest.millisecondsSince1970).run()
        try connection.prepare(.insertAnswer).bind(name(of: key, in: catalogue))
            .bind(fingerprint.text).bind(now.millisecondsSince1970).bind(document).run()
    }
}

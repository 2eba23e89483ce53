package import Commerce

extension SQLiteStore {
    /// What is confirmed is synced before it is told.
    package func warnings(for catalogue: CatalogueName) -> [DurabilityWarning] { [] }

    package func describe() throws -> StoreDescription {
        try connection.transaction(.read) {
            func count(_ table: String) throws -> Int64 {
                try connection.integer("SELECT count(*) FROM \(table)")
            }
            var description = StoreDescription()
            description.add("store", address)
            description.add("path", path)
            description.add("engine", "SQLite \(try connection.text("SELECT sqlite_version()"))")
            description.add("schema_version", try connection.integer("PRAGMA user_version"))
            description.add("file_bytes", StoreFile.size(path))
            description.add("wal_bytes", StoreFile.size(path + "-wal"))
            description.add("catalogues", try count("catalogue WHERE currency IS NOT NULL"))
            description.add("skus", try count("sku"))
            description.add("shows", try count("show"))
            description.add(
                "open_reservations", try count("reservation WHERE state IN ('held', 'paying')"))
            description.add("events", try count("event"))
            description.add("kept_answers", try count("answer"))
            return description
        }
    }

    /// Copies the store as of one moment into a new file, while others go on writing. The copy has
    /// its own name only when it is whole.
    package func backUp(
        to target: String, replacing: Bool, options: Options,
        progress: (_ left: Int, _ total: Int) throws -> Void
    ) throws {
        if !replacing, StoreFile.exists(target) { throw StoreError.targetExists(path: target) }
        let temporary = StoreFile.temporaryName(for: target)
        do {
            try StoreFile.create(temporary)
            try copy(to: temporary, options: options, progress: progress)
            try StoreFile.publish(temporary, as: target)
        } catch {
            StoreFile.remove(temporary)
            throw error
        }
    }

    private func copy(
        to path: String, options: Options, progress: (_ left: Int, _ total: Int) throws -> Void
    ) throws {
        let copy = try Connection(
            path: path, mode: .readWrite,
            patience: options.patience(with: SharedMarks(storePath: path)))
        try connection.backUp(to: copy, progress: progress)
        // One file, with nothing beside it, is what a person expects to carry away.
        _ = try copy.text("PRAGMA journal_mode = DELETE")
    }

    /// Of the file: whenever another connection has committed.
    package func dataVersion(of catalogue: CatalogueName) throws -> Int64 {
        try connection.integer("PRAGMA data_version")
    }
}

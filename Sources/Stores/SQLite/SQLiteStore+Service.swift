/// What `store info` says.
package struct StoreDescription: Sendable, Equatable {
    package let path: String
    package let engine: String
    package let schemaVersion: Int64
    package let fileBytes: Int64
    package let walBytes: Int64
    package let catalogues: Int64
    package let skus: Int64
    package let shows: Int64
    package let events: Int64
    package let keptAnswers: Int64
}

extension SQLiteStore {
    package func describe() throws -> StoreDescription {
        try connection.transaction(.read) {
            func count(_ table: String) throws -> Int64 {
                try connection.integer("SELECT count(*) FROM \(table)")
            }
            return StoreDescription(
                path: path,
                engine: "SQLite \(try connection.text("SELECT sqlite_version()"))",
                schemaVersion: try connection.integer("PRAGMA user_version"),
                fileBytes: StoreFile.size(path), walBytes: StoreFile.size(path + "-wal"),
                catalogues: try count("catalogue WHERE currency IS NOT NULL"),
                skus: try count("sku"), shows: try count("show"), events: try count("event"),
                keptAnswers: try count("answer"))
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

    /// Changes whenever another connection has committed: what a tail watches.
    package func dataVersion() throws -> Int64 {
        try connection.integer("PRAGMA data_version")
    }
}

internal import CSQLite
internal import Glibc

/// One open SQLite database: the only owner of its handle. Not for two threads at once.
@safe final class Connection {
    let path: String
    private let handle: OpaquePointer
    private let patience: Patience
    private var statements: [Statement?]
    /// How long the last transaction has waited for the right to write.
    private(set) var turnWait: Duration = .zero

    init(path: String, mode: Mode, patience: Patience) throws(StoreError) {
        var opened: OpaquePointer?
        let code = unsafe sqlite3_open_v2(
            path, &opened, mode.flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard let handle = unsafe opened, code == SQLITE_OK else {
            let reason = unsafe String(cString: sqlite3_errstr(code))
            unsafe sqlite3_close_v2(opened)
            throw .cannotOpen(path: path, reason: reason)
        }
        unsafe self.handle = unsafe handle
        self.path = path
        self.patience = patience
        statements = Array(repeating: nil, count: Query.allCases.count)
        unsafe patience.attach(to: handle)
    }

    deinit {
        statements.removeAll()
        unsafe sqlite3_close_v2(handle)
    }

    enum Mode {
        case readWrite
        case readOnly
        case create

        fileprivate var flags: Int32 {
            switch self {
            case .readWrite: SQLITE_OPEN_READWRITE
            case .readOnly: SQLITE_OPEN_READONLY
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            }
        }
    }

    /// Runs statements that answer nothing.
    func execute(_ sql: String) throws(StoreError) {
        patience.start()
        let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code) }
    }

    /// A statement of the table, prepared once a connection, ready for its values.
    func prepare(_ query: Query) throws(StoreError) -> Statement {
        patience.start()
        if let statement = statements[query.rawValue] {
            statement.reset()
            return statement
        }
        let statement = try prepare(query.sql, isKept: true)
        statements[query.rawValue] = statement
        return statement
    }

    /// A statement for once.
    func prepare(_ sql: String, isKept: Bool = false) throws(StoreError) -> Statement {
        var prepared: OpaquePointer?
        let flags = isKept ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0
        let code = unsafe sqlite3_prepare_v3(handle, sql, -1, flags, &prepared, nil)
        guard let statement = unsafe prepared, code == SQLITE_OK else { throw error(code) }
        return unsafe Statement(statement, of: self)
    }

    /// The first column of the first row.
    func integer(_ sql: String) throws(StoreError) -> Int64 {
        let statement = try prepare(sql)
        guard try statement.step() else { return 0 }
        return statement.integer(0)
    }

    func text(_ sql: String) throws(StoreError) -> String {
        let statement = try prepare(sql)
        guard try statement.step() else { return "" }
        return statement.text(0)
    }

    /// Runs `body` between BEGIN and COMMIT; whatever it throws rolls back. `keeping` false rolls
    /// back in any case.
    func transaction<Answer>(
        _ kind: TransactionKind, keeping: Bool = true, _ body: () throws -> Answer
    ) throws -> Answer {
        try prepare(kind.begin).run()
        turnWait = patience.waitedTime
        do {
            let answer = try body()
            try prepare(keeping ? .commit : .rollback).run()
            if kind == .write { patience.passTurn(afterChange: keeping) }
            return answer
        } catch {
            // After some failures SQLite has rolled back by itself.
            for statement in statements { statement?.reset() }
            if unsafe sqlite3_get_autocommit(handle) == 0 { try? execute("ROLLBACK") }
            if kind == .write { patience.passTurn(afterChange: false) }
            throw error
        }
    }

    enum TransactionKind {
        /// Sees one moment, changes nothing.
        case read
        /// Alone with the right to write, from the start: it never has to begin again.
        case write

        fileprivate var begin: Query { self == .read ? .begin : .beginWriting }
    }

    /// Brings what was committed from the write-ahead log's file to the disk.
    func syncLog() throws(StoreError) {
        var log: UnsafeMutablePointer<sqlite3_file>?
        unsafe sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log)
        guard let log = unsafe log, let sync = unsafe log.pointee.pMethods?.pointee.xSync else {
            preconditionFailure("a store without a write-ahead log")
        }
        let code = unsafe sync(log, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY)
        guard code == SQLITE_OK else { throw error(code) }
    }

    /// Copies the whole database as of one moment into a new file, while others go on writing.
    func backUp(to target: Connection, progress: (_ left: Int, _ total: Int) throws -> Void) throws
    {
        guard let backup = unsafe sqlite3_backup_init(target.handle, "main", handle, "main") else {
            throw target.error(unsafe sqlite3_extended_errcode(target.handle))
        }
        defer { unsafe sqlite3_backup_finish(backup) }
        while true {
            patience.start()
            let code = unsafe sqlite3_backup_step(backup, 1024)
            let total = unsafe sqlite3_backup_pagecount(backup)
            try progress(Int(unsafe sqlite3_backup_remaining(backup)), Int(total))
            switch code & 0xFF {
            case SQLITE_DONE: return
            case SQLITE_OK: continue
            case SQLITE_BUSY, SQLITE_LOCKED:
                guard patience.wait() else { throw error(code) }
            default: throw target.error(code)
            }
        }
    }

    /// Sleeps a little; false when the connection's patience is at its end.
    func waitForOthers() -> Bool {
        patience.wait()
    }

    /// What a result code means, in our words.
    func error(_ code: Int32) -> StoreError {
        let reason = unsafe String(cString: sqlite3_errmsg(handle))
        switch code & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED:
            return patience.isInterrupted ? .interrupted : .busy(path: path)
        case SQLITE_INTERRUPT: return .interrupted
        case SQLITE_READONLY: return .readOnly(path: path)
        case SQLITE_FULL: return .full(path: path)
        case SQLITE_CORRUPT: return .damaged(path: path, reason: reason)
        case SQLITE_NOTADB: return .notAStore(path: path)
        case SQLITE_CANTOPEN: return .cannotOpen(path: path, reason: reason)
        default: return .failed(path: path, code: code, reason: reason)
        }
    }
}

internal import CSQLite
import Primitives

/// One prepared statement: the only owner of its handle.
///
/// Values are bound in the order of the question marks; columns are read by number.
@safe final class Statement {
    private let handle: OpaquePointer
    private unowned let connection: Connection
    private var bound: Int32 = 0

    init(_ handle: OpaquePointer, of connection: Connection) {
        unsafe self.handle = unsafe handle
        self.connection = connection
    }

    deinit {
        unsafe sqlite3_finalize(handle)
    }

    func reset() {
        unsafe sqlite3_reset(handle)
        bound = 0
    }

    @discardableResult func bind(_ value: Int64?) -> Self {
        bound += 1
        if let value {
            check(unsafe sqlite3_bind_int64(handle, bound, value))
        } else {
            check(unsafe sqlite3_bind_null(handle, bound))
        }
        return self
    }

    @discardableResult func bind(_ text: String?) -> Self {
        guard let text else { return bind(nil as Int64?) }
        return bind(text.utf8Span.span)
    }

    /// A document as text, without a detour by a String.
    @discardableResult func bind(_ json: JSON) -> Self {
        var writer = JSONWriter(reserving: 512)
        writer.write(json)
        return bind(writer.bytes.span)
    }

    private func bind(_ utf8: Span<UInt8>) -> Self {
        bound += 1
        unsafe utf8.withUnsafeBytes { bytes in
            // -1 is SQLITE_TRANSIENT: SQLite takes its own copy before the call is over.
            check(
                unsafe sqlite3_bind_text64(
                    handle, bound, bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                    UInt64(bytes.count), Self.transient, UInt8(SQLITE_UTF8)))
        }
        return self
    }

    private static let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// Goes to the next row; false when there is none.
    func step() throws(StoreError) -> Bool {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            reset()
            return false
        case let code:
            let error = connection.error(code)
            reset()
            throw error
        }
    }

    /// Runs a statement that answers no rows.
    func run() throws(StoreError) {
        guard try !step() else { preconditionFailure("a change answered with a row") }
    }

    func isNull(_ column: Int32) -> Bool {
        unsafe sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    func integer(_ column: Int32) -> Int64 {
        unsafe sqlite3_column_int64(handle, column)
    }

    func text(_ column: Int32) -> String {
        guard let bytes = unsafe sqlite3_column_text(handle, column) else { return "" }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        return unsafe String(
            decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }
    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    /// Binding fails only for a wrong number or a finalized statement: our bug.
    private func check(_ code: Int32) {
        precondition(code == SQLITE_OK, "a value that the statement has no place for")
    }
}

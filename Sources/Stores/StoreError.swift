package import Commerce

/// Why a store could not do what it was asked. Facts only; the words are the command line's.
package enum StoreError: Error, Equatable {
    /// The address is not one that any store has.
    case badAddress(String)
    case badRedisAddress(RedisAddressProblem)
    case missing(path: String)
    case cannotOpen(path: String, reason: String)
    case notAStore(path: String)
    case newerSchema(path: String, found: Int64, known: Int64)
    /// Other processes held the store for longer than the limit.
    case busy(path: String)
    case interrupted
    case readOnly(path: String)
    case full(path: String)
    case damaged(path: String, reason: String)
    case failed(path: String, code: Int32, reason: String)
    case targetExists(path: String)
    /// What was asked was sent, and no answer came: it may have been done. Asking again is safe.
    case unknown(server: String, reason: String)
    /// Nothing was done: the server could not be reached, or is not ready.
    case unreachable(server: String, reason: String)
    /// No password or a wrong one, or a user without the rights that are needed.
    case denied(server: String, reason: String)
    /// The server is not one that we can use: TLS, or something it does not have.
    case refused(server: String, reason: String)
    /// A file that the address names: a password, a certificate.
    case unreadable(path: String, reason: String)
    /// A fail-over or a restart may have lost changes: nothing moves until an audit agrees.
    case frozen(CatalogueName, epoch: Int64)
}

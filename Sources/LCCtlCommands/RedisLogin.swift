import CommandLineKit
import Stores

/// How servers of Redis are logged in to: passwords come from files or the environment only.
struct RedisLogin {
    let options: RedisOptions

    private static let connectTimeout = Duration.seconds(5)

    /// As patient as a store in a file is to be.
    init(
        _ address: RedisAddress, _ invocation: Invocation, _ file: SQLiteStore.Options
    ) throws {
        options = RedisOptions(
            patience: file.patience, connectTimeout: min(file.patience, Self.connectTimeout),
            password: try Self.password(
                address.passwordFile, "LC_REDIS_PASSWORD", invocation),
            sentinelPassword: try Self.password(
                address.sentinelPasswordFile, "LC_REDIS_SENTINEL_PASSWORD", invocation),
            isInterrupted: file.isInterrupted)
    }

    private static func password(
        _ path: String?, _ variable: String, _ invocation: Invocation
    ) throws -> [UInt8]? {
        guard let path else { return invocation.environment[variable].map { Array($0.utf8) } }
        do throws(RedisRefusal) {
            return try RedisSecret.read(path)
        } catch {
            throw StoreError(error, server: path)
        }
    }
}

import CommandLineKit
import Stores

/// How servers of Redis are logged in to: passwords come from files or the environment only.
struct RedisLogin {
    let options: RedisOptions

    private static let connectTimeout = Duration.seconds(5)

    init(_ address: RedisAddress, _ invocation: Invocation, patience wait: Duration) throws {
        options = RedisOptions(
            patience: wait, connectTimeout: min(wait, Self.connectTimeout),
            password: try Self.password(
                address.passwordFile, "LC_REDIS_PASSWORD", invocation),
            sentinelPassword: try Self.password(
                address.sentinelPasswordFile, "LC_REDIS_SENTINEL_PASSWORD", invocation),
            isInterrupted: { Interruption.isAsked })
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

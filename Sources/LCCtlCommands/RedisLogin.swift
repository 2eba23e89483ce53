import CommandLineKit
import Stores

/// How servers of Redis are logged in to: passwords come from files or the environment only.
struct RedisLogin {
    let options: RedisOptions

    private static let passwordBytes = 4096
    private static let connectTimeout = Duration.seconds(5)

    init(_ address: RedisAddress, _ invocation: Invocation) throws {
        let wait = invocation[Common.wait]
        options = RedisOptions(
            patience: wait, connectTimeout: min(wait, Self.connectTimeout),
            password: try Self.password(
                address.passwordFile, "LC_REDIS_PASSWORD", invocation),
            sentinelPassword: try Self.password(
                address.sentinelPasswordFile, "LC_REDIS_SENTINEL_PASSWORD", invocation),
            isInterrupted: { Interruption.isAsked })
    }

    /// The file where the address names one; a line's end behind the password does not belong to
    /// it.
    private static func password(
        _ path: String?, _ variable: String, _ invocation: Invocation
    ) throws -> [UInt8]? {
        guard let path else { return invocation.environment[variable].map { Array($0.utf8) } }
        var bytes = try InputFile(path).readAll(limit: passwordBytes)
        while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
        guard !bytes.isEmpty else {
            throw Failure(.dataError, "password.empty", "'\(path)' holds no password")
        }
        return bytes
    }
}

import CommandLineKit
import Primitives
import Stores

/// How a store on Redis is opened: with passwords that no list of processes shows.
enum RedisAccess {
    static let passwordVariable = "LC_REDIS_PASSWORD"
    static let sentinelPasswordVariable = "LC_REDIS_SENTINEL_PASSWORD"

    /// One server that does not answer must not use up the patience for all.
    private static let connectTimeout = Duration.seconds(3)
    /// A file longer than this holds no password.
    private static let passwordLimit = 4096

    static func open(
        _ address: RedisAddress, _ text: String, _ invocation: Invocation, patience: Duration
    ) throws -> any ShopStore {
        let options = RedisOptions(
            patience: patience, connectTimeout: min(connectTimeout, patience),
            password: try password(address.passwordFile, passwordVariable, invocation),
            sentinelPassword: try password(
                address.sentinelPasswordFile, sentinelPasswordVariable, invocation),
            isInterrupted: { Interruption.isAsked })
        let store: any AnyObject = try RedisStore(address, text: text, options: options)
        guard let store = store as? any ShopStore else {
            throw Failure(
                .usage, "store.no-such-kind", "this version has no store on Redis",
                hint: "write sqlite:PATH, or a path")
        }
        return store
    }

    /// The file that the address names, else the variable.
    private static func password(
        _ file: String?, _ variable: String, _ invocation: Invocation
    ) throws -> [UInt8]? {
        guard let file else { return invocation.environment[variable].map { Array($0.utf8) } }
        var bytes = try InputFile(file).readAll(limit: passwordLimit)
        // Editors end the last line.
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return bytes
    }
}

extension Shop {
    /// Tells, before money is at stake, how the store may lose what it has confirmed. Called once
    /// in a run.
    func tellWarnings() {
        guard !console.traits.isQuiet,
            let warnings = try? store.warnings(for: catalogue), !warnings.isEmpty
        else { return }
        for warning in warnings { console.note("warning: \(warning.words)") }
    }
}

import Glibc
package import Primitives
package import Stores

/// A crowd as a process of its own. It says line by line what it was told, and ends when its input
/// ends.
package enum CrowdProgram {
    /// Holds the words `STORE PLAN…`: under libfaketime Swift finds no arguments.
    package static let variable = "LC_CROWD"

    package static func run() throws {
        guard let words = unsafe getenv(variable).map({ unsafe String(cString: $0) }) else {
            return
        }
        let arguments = words.split(separator: " ").map(String.init)
        let plan = try CrowdPlan(arguments: Array(arguments.dropFirst()))
        let isClosed = { isInputClosed(within: 0) }
        var store: (any ShopStore)?
        var crowd: BuyerCrowd?
        while !isClosed() {
            do {
                if store == nil {
                    let opened = try open(
                        arguments[0], patience: .seconds(3), isInterrupted: isClosed)
                    store = opened
                    // What it knows of a store that it could not open before is nothing.
                    crowd = crowd ?? BuyerCrowd(plan, on: opened)
                }
                let isStuck = try crowd?.round(at: now(), clock: steadyTime) { told in
                    say(told.map { $0.text + "\n" }.joined())
                }
                if isInputClosed(within: max(plan.pause, isStuck == true ? 20 : 0)) { return }
            } catch let error as StoreError {
                say("\(steadyTime()) not open: \(error)\n")
                if isInputClosed(within: 50) { return }
            }
        }
    }

    /// The store at an address as `--store` takes it.
    package static func open(
        _ address: String, patience: Duration = .seconds(20),
        isInterrupted: @escaping () -> Bool = { false }
    ) throws -> any ShopStore {
        if address.hasPrefix("redis") {
            return try RedisStore(
                RedisAddress(address), text: address,
                options: RedisOptions(
                    patience: patience, connectTimeout: .seconds(2), password: nil,
                    sentinelPassword: nil, isInterrupted: isInterrupted))
        }
        let path = address.hasPrefix("sqlite:") ? String(address.dropFirst(7)) : address
        return try SQLiteStore(
            openingAt: path, at: now(),
            options: .init(patience: patience, isInterrupted: isInterrupted))
    }

    /// The wall clock, which a test may set.
    package static func now() -> WallClock {
        let time = read(CLOCK_REALTIME)
        return WallClock(millisecondsSince1970: time / 1_000_000)
    }

    /// A clock that nobody sets, in nanoseconds.
    package static func steadyTime() -> Int64 { read(CLOCK_MONOTONIC) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private static func isInputClosed(within milliseconds: Int32) -> Bool {
        var descriptor = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&descriptor, 1, milliseconds) != 0
    }

    /// In one write: what was told is kept, whenever the process is killed.
    private static func say(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe write(1, $0.baseAddress, $0.count) }
    }
}

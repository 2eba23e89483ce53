import CommandLineKit
import Glibc
import LCCtlCommands
import TestSupport
import Testing

// Swift Testing has one of the same name.
private typealias Status = CommandLineKit.ExitStatus

/// Every exit status that the manual of lcctl names can be met, and means what it says.
@Suite struct StatusTests {
    private let bench = Bench()

    @Test(arguments: [
        (Status.ok, "lcctl sku list"),
        (.negative, "lcctl unpin --show shw_1"),
        (.notFound, "lcctl sku get NOBODY"),
        (.conflict, "lcctl show create --id shw_1 --title Again"),
        (.usage, "lcctl sku get"),
        (.dataError, "lcctl sku add X --title X --price 1.999"),
        (.noInput, "lcctl sku import nowhere.csv"),
        (.cannotCreate, "lcctl sku export --output nowhere/out.csv"),
        (.ioError, "lcctl show list >/dev/full"),
        (
            .tryAgain,
            """
            mkfifo hold held
            (printf 'BEGIN IMMEDIATE;\\n'; echo '.shell echo >held'; cat hold) | sqlite3 store.db &
            cat held >/dev/null
            status=0; lcctl --wait 20ms pin A --show shw_1 || status=$?
            echo >hold; wait; exit $status
            """
        ),
        (.badConfig, "lcctl --context nowhere sku list"),
    ])
    fileprivate func `a status is met`(status: Status, line: String) throws {
        try bench.lcctl("show", "create", "--id", "shw_1", "--title", "S")
        let run = try bench.shell("set +e; \(line)")
        #expect(run.status == status.rawValue, "\(run.talk)")
        if status != .ok { #expect(run.talk.hasPrefix("lcctl: error: "), "\(run.talk)") }
    }

    @Test func `the statuses above are those that the manual names`() {
        let met: Set<Status> = [
            .ok, .negative, .notFound, .conflict, .usage, .dataError, .noInput, .cannotCreate,
            .ioError, .tryAgain, .badConfig,
            // Met in LCCtlTests, by real signals.
            .interrupted, .terminated,
        ]
        func statuses(_ command: Command) -> [Status] {
            command.exitStatuses + command.subcommands.flatMap(statuses)
        }
        let named = LCCtl.program.commands.flatMap(statuses) + [.ok, .usage]
        #expect(Set(named) == met)
    }
}

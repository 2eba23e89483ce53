package import CommandLineKit
import Commerce
import Stores
import TimelineCommands

/// The program `lcctl`: its commands and what they share.
package enum LCCtl {
    package static let program = Program(
        "lcctl", "Manage live-commerce shows, SKUs, stock and the overlay",
        discussion: [
            "lcctl keeps catalogues of SKUs with their stock, shows that sell from them, and an "
                + "event log of every change. It needs no server: the store is one SQLite file that "
                + "any number of lcctl processes may use at once. For many machines it can be on "
                + "Redis: see lcctl store.",
            "Buyers reserve units, pay, and have them confirmed. However many ask, and however often, "
                + "no unit is promised twice, and those that nobody pays for come back.",
            "The answer goes to standard output, everything else to standard error. Every command "
                + "that answers takes --format json, and every change takes --idempotency-key, so "
                + "that it is safe to repeat.",
        ],
        common: [Common.store.row, Common.catalogue.row, Common.context.row, Common.wait.row],
        commands: [
            CatalogueCommands.noun, SKUCommands.noun, ShowCommands.noun, TimelineNoun.noun,
            RailCommands.noun,
            PinCommands.pin, PinCommands.unpin, FlashCommands.noun, ReserveCommand.command,
            ReservationVerbs.confirm, ReservationVerbs.release, ReservationVerbs.extend,
            ReservationCommands.noun, WaitlistCommands.noun, PolicyCommands.noun, StockNoun.noun,
            DrillCommands.noun, ApplyCommand.command, DiffCommand.command,
            StoreCommands.noun, ConfigCommands.noun,
        ],
        examples: [
            Example(
                "lcctl sku add TEE-RED-M --title 'Red T-shirt, M' --price 19.99 --stock 50",
                "put a SKU into the default catalogue"),
            Example("show=$(lcctl show create --title 'Friday drop')", "plan a show"),
            Example("lcctl rail add \"$show\" TEE-RED-M", "list the SKU in the show"),
            Example("lcctl show start \"$show\" && lcctl pin TEE-RED-M", "go live and pin it"),
            Example(
                "lcctl reserve TEE-RED-M:2 --buyer ann --show \"$show\"", "hold two for a buyer"),
            Example("lcctl show events \"$show\" --follow", "watch what happens"),
        ],
        files: [
            (
                "$XDG_STATE_HOME/lcctl/store.db",
                "The store, unless --store names another; ~/.local/state where the variable is not set."
            ),
            (
                "$XDG_CONFIG_HOME/lcctl/config.json",
                "Contexts: named sets of settings. ~/.config where the variable is not set."
            ),
        ],
        environment: [
            ("XDG_STATE_HOME", "Where the store is kept."),
            ("XDG_CONFIG_HOME", "Where the configuration is looked for."),
            ("LC_REDIS_PASSWORD", "The password for servers of Redis."),
            ("LC_REDIS_SENTINEL_PASSWORD", "The password for their sentinels."),
        ],
        seeAlso: ["sqlite3"],
        configuration: Configuration.settings,
        describe: describe,
        candidates: Candidates.list)

    private static func describe(_ error: any Error) -> Failure? {
        switch error {
        case StoreError.interrupted:
            do {
                // Which signal it was decides the status.
                try Interruption.check()
                return Failure(StoreError.interrupted)
            } catch {
                return error as? Failure
            }
        case let error as StoreError: return Failure(error)
        case let error as CommerceError: return Failure(error)
        case let problem as FieldProblem: return Failure(problem)
        default: return nil
        }
    }
}

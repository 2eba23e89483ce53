import CommandLineKit
import Commerce

/// Which show an overlay command means: the one named, else the only one that is live.
enum ShowChoice {
    static let show = Argument.option(
        "show", short: "s", .show, "the show; not needed while exactly one is live",
        environment: "LC_SHOW")

    static func show(_ invocation: Invocation, _ ledger: any LedgerReader) throws -> ShowID {
        if let show = invocation[show] { return show }
        _ = try ledger.requireCatalogue()
        let live = try ledger.liveShows()
        switch live.count {
        case 1: return live[0]
        case 0:
            throw Failure(
                .notFound, "show.none-live", "no show is live in catalogue '\(ledger.name)'",
                hint: "name one with --show, or start one with 'lcctl show start SHOW'")
        default:
            throw Failure(
                .conflict, "show.many-live",
                "\(live.count) shows are live in catalogue '\(ledger.name)'",
                hint: "name one with --show: \(live.map(\.text).joined(separator: ", "))")
        }
    }
}

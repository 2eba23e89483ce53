import CommandLineKit
import Commerce
import Primitives
import Stores

/// `lcctl show events`: a show's log, and its tail.
enum ShowEventsCommand {
    private static let show = Argument.operand("SHOW", .show, "the show's id")
    private static let since = Argument.option(
        "since", .integer("SEQ", in: 0...Int64.max),
        "only events behind this place of the show's log",
        default: "0")
    private static let follows = Argument.flag(
        "follow", short: "f", "go on with what comes, until interrupted")

    static let command = Command(
        "events", "Print a show's events, in order, and follow them",
        discussion: [
            "Every event is a CloudEvents 1.0 object that carries its place in the show's log in "
                + "'sequence'. Places have no gaps: whoever has seen place 41 goes on with --since 41 "
                + "and has missed nothing.",
            "Stock in events is the number on hand, never a difference.",
        ],
        output: .lines, arguments: [show.row, since.row, follows.row],
        examples: [
            Example("lcctl show events shw_friday --follow --since 41", "go on where you were"),
            Example(
                "lcctl show events shw_friday -o jsonl | jq -r .type | sort | uniq -c", "count them"
            ),
        ],
        exitStatuses: Common.storeStatuses + [.notFound]
    ) { invocation, console in
        let shop = try Shop(invocation, console)
        let format =
            invocation[StandardOptions.linesFormat]
            ?? (console.traits.isOutputTerminal ? .text : .jsonl)
        var tail = Tail(shop: shop, show: invocation[show], place: invocation[since])
        try tail.requireShow()
        while true {
            // Before reading: what is committed meanwhile is seen by the next look.
            let version = try shop.store.dataVersion(of: shop.catalogue)
            try tail.printNew { place, event in
                switch format {
                case .jsonl: try console.print(event.envelope(for: place).text)
                case .text: try console.print(line(place, event))
                }
            }
            guard invocation[follows] else { return .ok }
            try console.flush()
            while try shop.store.dataVersion(of: shop.catalogue) == version {
                try Interruption.check()
                Interruption.sleep(pollInterval)
            }
        }
    }

    /// Asking whether anything has changed is a read of a file's header, or a message each way;
    /// this late an event is seen.
    private static let pollInterval = Duration.milliseconds(20)

    private static func line(_ place: Event.ShowSequence, _ event: Event) -> String {
        let type = TextWidth.padded(event.body.type, to: 22)
        let number = TextWidth.padded(String(place.sequence), to: 6, isRight: true)
        return SafeText.oneLine("\(number)  \(event.time.rfc3339)  \(type)  \(event.body.subject)")
    }
}

/// A place in a show's log that moves on.
private struct Tail {
    let shop: Shop
    let show: ShowID
    var place: Int64

    /// How many events are read in one go.
    private static let batch = 1000

    /// A deleted show still has its log.
    func requireShow() throws {
        try shop.read { reader in
            if try reader.events(of: show, after: 0, limit: 1).isEmpty {
                _ = try reader.requireShow(show)
            }
        }
    }

    mutating func printNew(_ print: (Event.ShowSequence, Event) throws -> Void) throws {
        while true {
            let events = try shop.read { try $0.events(of: show, after: place, limit: Self.batch) }
            for event in events {
                guard let own = event.shows.first else { continue }
                try print(own, event)
                place = own.sequence
            }
            try Interruption.check()
            if events.count < Self.batch { return }
        }
    }
}

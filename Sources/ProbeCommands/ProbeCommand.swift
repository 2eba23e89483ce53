import CommandLineKit
import Primitives
import Probing
import SessionCommands

/// The main job of whep-probe.
enum ProbeCommand {
    static let root = Command.root(
        output: .document, arguments: ProbeArguments.rows,
        groups: [ProbeArguments.session.group], exitStatuses: ProbeArguments.exitStatuses
    ) { invocation, console in
        let plan = try ProbePlan(invocation)
        if plan.viewers > 1 { OpenFiles.raiseLimit() }
        LoadedPages.giveBack()
        let measuring = Measuring(
            invocation: invocation, console: console, endpoint: plan.endpoint,
            length: plan.duration, hasMany: plan.viewers > 1
        ) { anchor, onNews in
            try Probe(plan, wallClock: anchor, onNews: onNews)
        }
        return try run(measuring)
    }

    /// Once, or again and again.
    static func run(_ measuring: Measuring) throws -> ExitStatus {
        guard let field = try FieldPlan(measuring.invocation, length: measuring.length) else {
            return try measuring.once()
        }
        return try FieldSeries(measuring, field).run()
    }
}

/// `whep-probe hls`: the fallback path, by the same terms.
enum HLSCommand {
    static let command = Command(
        "hls", "Play an HLS playlist and say what a viewer gets",
        discussion: [
            "The same report, assertions and files as of a WHEP endpoint, of a playlist of "
                + "(low-latency) HLS: start-up, latency by the burned clock or else by "
                + "PROGRAM-DATE-TIME, stops, and what in playlists and pieces deviates from the "
                + "standard. Its sound is not listened to."
        ],
        output: .document, arguments: ProbeArguments.playlistRows,
        groups: [ProbeArguments.session.group],
        examples: [
            Example(
                "whep-probe hls --duration 1m https://live.example/show/index.m3u8",
                "a minute of the fallback path"),
            Example(
                "whep-probe hls --assert 'latency.p95<6s' --assert 'rebuffer.ratio<1%' $URL",
                "a line for CI"),
        ], exitStatuses: ProbeArguments.exitStatuses
    ) { invocation, console in
        let plan = try HLSPlan(invocation)
        LoadedPages.giveBack()
        let measuring = Measuring(
            invocation: invocation, console: console, endpoint: plan.endpoint,
            length: plan.duration, hasMany: false
        ) { anchor, onNews in
            try HLSProbe(plan, wallClock: anchor, onNews: onNews)
        }
        return try ProbeCommand.run(measuring)
    }
}

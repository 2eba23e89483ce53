import CommandLineKit
import Probing
import SessionCommands
import Signaling

/// The options and operands of whep-probe.
enum ProbeArguments {
    static let endpoint = Argument.operand(
        "URL", .httpURL, "the WHEP endpoint to play, such as https://live.example/whep/show")
    static let playlist = Argument.operand(
        "URL", .httpURL, "the playlist to play, such as https://live.example/show/index.m3u8")

    // MARK: - Watching

    static let duration = Argument.option(
        "duration", .watchLength,
        "how long to watch, from the first media on; 'forever' until interrupted",
        default: "10s")
    static let wait = Argument.option(
        "wait", .duration, "how long to wait for a show that is not on the air yet",
        default: "0s")
    static let clockSource = Argument.option(
        "clock-source", .clockSource,
        "whom to ask how far the sender's clock is from ours: auto (/clock of the endpoint's "
            + "server, nobody on one machine), same, none, a URL, or ntp://host[:port]",
        default: "auto")
    static let impair = Argument.option(
        "impair", .impairment,
        "receive as over a bad network: loss=2%,delay=40ms±10ms,rate=3M, and burst= and seed=")

    // MARK: - Load

    static let viewers = Argument.option(
        "viewers", .integer(in: 1...Int64(ProbePlan.Limits.viewers)),
        "play it so many times at once", default: "1")
    static let ramp = Argument.option(
        "ramp", .ramp, "how many of the viewers set out in a second; all at once unless given")
    static let decode = Argument.option(
        "decode", .integer(in: 0...Int64(ProbePlan.Limits.decoders)),
        "how many of the viewers decode what they get; the others count", default: "1")

    // MARK: - Again and again

    static let every = Argument.option(
        "every", .duration, "measure again and again, each run so long after the one before began")
    static let total = Argument.option(
        "for", .duration, "how long to go on with that; until interrupted unless given")
    static let append = Argument.option(
        "append", .file,
        "add each run to this file as a line of JSON; begun again with it, go on in its schedule")

    // MARK: - Output

    static let assertions = Argument.repeated(
        "assert", .assertion,
        "end with 1 unless this holds, such as 'latency.p95<800ms' or 'freeze.ratio<0.6%'")
    static let page = Argument.option(
        "report", .file, "write the report as one HTML page with plots")
    static let junit = Argument.option(
        "junit", .file, "write the assertions as JUnit's XML")
    static let prometheus = Argument.option(
        "prometheus", .file, "write the figures for Prometheus' textfile collector")
    static let samples = Argument.option(
        "samples", .file, "write a row of CSV for each frame of the first viewer that decodes")
    static let capture = Argument.option(
        "pcap", .file, "write its packets, decrypted, as a capture file for Wireshark")
    static let snapshot = Argument.option(
        "snapshot", .file, "write one of its pictures as PNG")

    static let session = SessionArguments(.whep)

    static let reportFiles = [page.row, junit.row, prometheus.row]
    static let viewerFiles = [samples.row, capture.row, snapshot.row]
    static let field = [every.row, total.row, append.row].under("Again and again")

    static let rows =
        [endpoint.row] + [duration.row, wait.row, clockSource.row, impair.row].under("Watching")
        + [viewers.row, ramp.row, decode.row].under("Load")
        + ([assertions.row] + reportFiles + viewerFiles).under("Output") + field
        + session.rows.under("Reaching the endpoint")

    static let playlistRows =
        [playlist.row] + [duration.row, wait.row, clockSource.row].under("Watching")
        + ([assertions.row] + reportFiles + [samples.row, snapshot.row]).under("Output") + field
        + session.httpRows.under("Reaching the playlist")

    /// How a run may end.
    static let exitStatuses: [ExitStatus] = [
        .negative, .dataError, .noInput, .unavailable, .internalError, .cannotCreate, .ioError,
        .tryAgain, .protocolError, .noPermission, .interrupted, .terminated,
    ]
}

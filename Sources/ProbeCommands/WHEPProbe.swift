package import CommandLineKit
import Probing

/// The program `whep-probe`.
package enum WHEPProbe {
    package static let program = Program(
        "whep-probe", "Play a WHEP endpoint and say what a viewer gets",
        discussion: [
            "whep-probe joins a show as a viewer does, decodes what it gets, and says how late it "
                + "is, how smooth, and how well sound and picture go together. The report stands "
                + "on standard output; files of it are made by --report and the like.",
            "Latency is measured by the best way that there is, and the report names it: from the "
                + "clock that 'whip-push test:' or '--stamp' burns into the picture (glass to "
                + "glass, whatever happens to the picture on the way), from a clock beside the "
                + "coded frame ('whip-push --stamp=sei'), from the sender's abs-capture-time, or "
                + "estimated of reports. Between two machines their clocks are compared all the "
                + "time (--clock-source), and how far that is right stands beside the latency.",
            "An assertion is a name, a statistic, a relation and a value with its unit: "
                + "latency.p95<800ms, startup.max<1.5s, freeze.ratio<0.6%, av_offset.p95<80ms, "
                + "loss_after.ratio<=0.1%, frame_rate.mean>=25fps. Percentiles are p50, p99.9 and "
                + "so on. One that fails ends the program with 1. One that cannot be judged is "
                + "void, which is no pass: it ends with 1, too, or with 75 where this machine was "
                + "the limit and not the server. The names are those of the report's JSON.",
        ],
        common: [], root: ProbeCommand.root,
        commands: [HLSCommand.command, MergeCommand.command, CompareCommand.command],
        examples: [
            Example("whep-probe http://127.0.0.1:8080/whep/show", "ten seconds of a show"),
            Example(
                "whep-probe --duration 30s --assert 'latency.p95<800ms' --assert "
                    + "'freeze.ratio<0.6%' --assert 'av_offset.p95<80ms' $URL", "a line for CI"),
            Example(
                "whep-probe --report out.html --snapshot out.png $URL",
                "a page with plots, and a picture"),
            Example(
                "whep-probe --viewers 1000 --ramp 50/s --duration 2m $URL",
                "a thousand viewers, one of them decoding"),
            Example(
                "whep-probe --every 5m --for 24h --append log.jsonl $URL",
                "a day in the field; begun again, it goes on"),
            Example(
                "whep-probe --impair 'loss=2%,delay=40ms±10ms,rate=3M' $URL",
                "as over a bad network, without root"),
            Example("whep-probe -o json $URL | jq .totals.measures.latency.p95_us", "one figure"),
        ],
        environment: [("LC_TOKEN", "The bearer token, unless --token-file names its file.")],
        seeAlso: ["whip-push", "whip-relay", "ffprobe"], describe: describe)

    private static func describe(_ error: any Error) -> Failure? {
        switch error {
        case let problem as Probe.Problem: Failure(problem)
        case let problem as HLSProbe.Problem: Failure(problem)
        default: nil
        }
    }
}

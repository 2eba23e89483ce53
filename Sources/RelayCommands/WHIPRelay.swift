package import CommandLineKit
import Relaying

/// The program `whip-relay`.
package enum WHIPRelay {
    package static let program = Program(
        "whip-relay", "Take shows in by WHIP and give them out by WHEP",
        discussion: [
            "Publishers send their show to /whip/NAME, viewers get it from /whep/NAME. A browser "
                + "plays a show at /NAME and publishes a camera at /NAME/publish. All media go "
                + "through one UDP port; they are forwarded as they are, never transcoded.",
            "Without options it serves this machine alone. To serve others, listen on :PORT, give "
                + "it a certificate, since browsers hand a camera only to pages of HTTPS, and say "
                + "with --publish-token-file who may publish.",
            "It also serves /metrics for Prometheus, /healthz, /shows as JSON, and /clock, by which "
                + "whep-probe compares clocks; that one says nothing but the time. Where tokens "
                + "are set, /metrics and /shows want one of --status-token-file; without that "
                + "file they answer only to the machine itself, which behind a proxy is everybody.",
            "SIGHUP reads the certificate and all files of tokens again. SIGTERM takes nobody in "
                + "any more, gives those who are there the time of --drain, and ends with 0.",
        ],
        common: [], root: RelayCommand.root, commands: [],
        examples: [
            Example("whip-relay", "serve this machine at http://127.0.0.1:8080"),
            Example(
                "whip-relay --listen :443 --tls-certificate cert.pem --tls-key key.pem "
                    + "--publish-token-file tokens",
                "serve everybody; publish with a token, play without"),
            Example(
                "whip-relay --listen 127.0.0.1:0 --format json",
                "take free ports and tell a script which"),
        ],
        seeAlso: ["whip-push", "lcctl"], describe: describe)

    private static func describe(_ error: any Error) -> Failure? {
        switch error {
        case let problem as ServiceProblem: Failure(problem)
        case let problem as TokenTable.Problem: Failure(problem)
        default: nil
        }
    }
}

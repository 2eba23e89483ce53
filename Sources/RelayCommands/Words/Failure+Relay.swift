import CommandLineKit
import Primitives
import Relaying

extension Failure {
    init(_ problem: ServiceProblem) {
        func at(_ door: ServiceProblem.Door, _ address: SocketAddress) -> String {
            switch door {
            case .http: "listen at '\(address)'"
            case .udp: "take media at '\(address)' (UDP)"
            }
        }
        func option(_ door: ServiceProblem.Door) -> String {
            switch door {
            case .http: "--listen"
            case .udp: "--udp"
            }
        }
        switch problem {
        case .portTaken(let door, let address):
            self.init(
                .conflict, "listen.taken", "cannot \(at(door, address)): the port is taken",
                hint: "another program, perhaps another whip-relay, has it; choose another port "
                    + "with \(option(door)), or port 0 for a free one")
        case .portForbidden(let door, let address):
            self.init(
                .noPermission, "listen.forbidden", "cannot \(at(door, address)): not allowed",
                hint: "ports below 1024 need a privilege; choose another one with "
                    + option(door))
        case .addressNotHere(let door, let address):
            self.init(
                .notFound, "listen.not-here",
                "cannot \(at(door, address)): this machine has no such address",
                hint: "name one of its own with \(option(door)), or :PORT for all; how others "
                    + "reach it is for --public-address")
        case .system(let door, let address, let code):
            self.init(
                .internalError, "listen.system",
                "cannot \(at(door, address)): \(SystemWords.text(code))")
        case .certificateUnusable(let path):
            self.init(
                .dataError, "tls.certificate", "'\(path)' holds no certificate that can be used",
                hint: "--tls-certificate wants PEM: the certificate first, then its chain")
        case .keyUnusable(let path):
            self.init(
                .dataError, "tls.key", "'\(path)' holds no key that can be used",
                hint: "--tls-key wants a private key in PEM, without a password")
        case .keyOfAnother(let certificate, let key):
            self.init(
                .dataError, "tls.key-of-another",
                "the key '\(key)' does not belong to the certificate '\(certificate)'")
        case .noAddress:
            self.init(
                .notFound, "listen.no-address",
                "this machine has no address that others could send media to",
                hint: "name one with --public-address")
        case .cryptography:
            self.init(.internalError, "cryptography", "the cryptographic library failed")
        case .noThread:
            self.init(.internalError, "thread", "the system gives no thread")
        case .recordings(let path, let problem):
            self.init(
                .cannotCreate, "record.folder",
                "cannot record into '\(path)': \(RecordingWords.text(problem))")
        }
    }

    init(_ problem: TokenTable.Problem) {
        let path = problem.path
        let (code, message): (String, String) =
            switch problem.kind {
            case .empty: ("token.none", "'\(path)' has no token")
            case .notText: ("token.not-text", "'\(path)' is no text")
            case .tooManyTokens(let limit):
                ("token.too-many", "'\(path)' has more than \(limit) tokens")
            case .badToken(let line):
                ("token.bad", "'\(path)', line \(line): no token, which has no spaces in it")
            case .badShow(let line):
                ("token.bad-show", "'\(path)', line \(line): no name of a show")
            case .badRole(let line):
                ("token.bad-role", "'\(path)', line \(line): neither publish nor play")
            case .badLine(let line):
                (
                    "token.bad-line",
                    "'\(path)', line \(line): not NAME publish TOKEN or NAME play TOKEN"
                )
            }
        self.init(.dataError, code, message)
    }

    static func lonely(_ option: String, without other: String) -> Failure {
        Failure(
            .usage, "usage.missing", "\(option) is of no use without \(other)",
            hint: "see 'whip-relay --help'")
    }

    static func badICEServer(path: String, line: Int) -> Failure {
        Failure(
            .dataError, "ice-server.bad",
            "'\(path)', line \(line): not a STUN or TURN server such as "
                + "turn:turn.example:3478 USER PASSWORD")
    }
}

extension WHIPRelay {
    /// What is wrong, for the log of a relay that goes on.
    static func words(for error: any Error) -> Failure {
        switch error {
        case let failure as Failure: failure
        case let problem as ServiceProblem: Failure(problem)
        case let problem as TokenTable.Problem: Failure(problem)
        default: Failure(.internalError, "internal", "unexpected failure: \(error)")
        }
    }
}

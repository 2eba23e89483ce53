package import CommandLineKit
package import Signaling

/// The options that say how an endpoint is reached: the same of every program with sessions.
package struct SessionArguments: Sendable {
    private let tokenFile = Argument.option(
        "token-file", .file, "the bearer token is in this file; else LC_TOKEN is it")
    private let iceServers = Argument.repeated(
        "ice-server", .iceServer, "a STUN server beside the servers that the endpoint names")
    private let iceServerFile = Argument.option(
        "ice-server-file", .file,
        "STUN and TURN servers, one a line: URL, or URL USER PASSWORD")
    private let relayOnly: Argument<Bool>
    private let authority = Argument.option(
        "cacert", .file, "trust the certificates in this file instead of the system's")
    private let insecure = Argument.flag("insecure", "trust any certificate: for tests only")
    private let strict: Argument<Bool>

    package init(_ role: SignalingRole) {
        relayOnly = Argument.flag(
            "relay-only",
            role == .whip
                ? "send through TURN servers only" : "receive through TURN servers only")
        strict = Argument.flag(
            "strict",
            role == .whip
                ? "refuse endpoints that deviate from RFC 9725 instead of coping with them"
                : "refuse endpoints that deviate from WHEP's draft instead of coping with them")
    }

    package var rows: [ArgumentRow] {
        [
            tokenFile.row, iceServers.row, iceServerFile.row, relayOnly.row, authority.row,
            insecure.row, strict.row,
        ]
    }

    /// Those that a plain client of HTTP needs.
    package var httpRows: [ArgumentRow] { [tokenFile.row, authority.row, insecure.row] }

    package var group: ArgumentGroup { .atMostOne(["cacert", "insecure"]) }

    package enum Limits {
        package static let tokenBytes = 16_384
        package static let serverFileBytes = 65_536
    }

    /// What a command line says, with its files read.
    package func access(_ invocation: Invocation) throws -> SessionAccess {
        SessionAccess(
            bearer: try bearer(invocation), servers: try servers(invocation),
            relayOnly: invocation[relayOnly], isStrict: invocation[strict],
            authorityPath: invocation[authority], verifiesPeer: !invocation[insecure])
    }

    private func bearer(_ invocation: Invocation) throws -> String? {
        guard let path = invocation[tokenFile] else { return invocation.environment["LC_TOKEN"] }
        let bytes = try InputFile(path).readAll(limit: Limits.tokenBytes)
        let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard let token = words.first, words.count == 1 else {
            throw Failure(
                .dataError, "token.malformed", "'\(path)' does not hold one token and nothing else")
        }
        return String(token)
    }

    private func servers(_ invocation: Invocation) throws -> [ICEServer] {
        let named = invocation[iceServers]
        guard let path = invocation[iceServerFile] else { return named }
        let bytes = try InputFile(path).readAll(limit: Limits.serverFileBytes)
        do throws(ICEServer.FileProblem) {
            return named + (try ICEServer.all(inFile: bytes))
        } catch {
            throw Failure(
                .dataError, "ice-server.malformed",
                "'\(path)', line \(error.line): no STUN or TURN server",
                hint: "a line is a URL such as stun:stun.example, or URL USER PASSWORD")
        }
    }
}

/// How an endpoint is to be reached.
package struct SessionAccess: Sendable, Equatable {
    package let bearer: String?
    package let servers: [ICEServer]
    package let relayOnly: Bool
    package let isStrict: Bool
    package let authorityPath: String?
    package let verifiesPeer: Bool
}

extension ValueKind<ICEServer> {
    /// `stun:stun.example`: one that wants no password.
    static let iceServer = ValueKind("URL") { text throws(ValueProblem) in
        // Passwords don't belong here: arguments can be read by everybody on the machine.
        guard let server = ICEServer(line: text[...]), server.url.hasPrefix("stun:") else {
            throw ValueProblem(
                "an ICE server such as stun:stun.example; those with a password go into the file "
                    + "of --ice-server-file")
        }
        return server
    }
}

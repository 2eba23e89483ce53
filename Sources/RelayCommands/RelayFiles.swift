import CommandLineKit
import Primitives
import Relaying
import Signaling

/// The files that a relay was told of, which SIGHUP has it read again.
struct RelayFiles {
    private let publish: String?
    private let play: String?
    private let byShow: String?
    private let status: String?
    private let iceServers: String?
    private let certificate: ServiceSettings.CertificateFiles?

    init(_ invocation: Invocation) throws {
        publish = invocation[RelayArguments.publishTokens]
        play = invocation[RelayArguments.playTokens]
        byShow = invocation[RelayArguments.showTokens]
        status = invocation[RelayArguments.statusTokens]
        iceServers = invocation[RelayArguments.iceServers]
        switch (invocation[RelayArguments.certificate], invocation[RelayArguments.key]) {
        case (let certificate?, let key?):
            self.certificate = ServiceSettings.CertificateFiles(
                certificate: certificate, key: key)
        case (nil, nil): certificate = nil
        case (_?, nil): throw Failure.lonely("--tls-certificate", without: "--tls-key")
        case (nil, _?): throw Failure.lonely("--tls-key", without: "--tls-certificate")
        }
    }

    func access() throws -> ServiceAccess {
        var access = ServiceAccess.open
        access.publish = try tokens(publish)
        access.play = try tokens(play)
        access.status = try tokens(status).map(\.bearer)
        if let byShow {
            let bytes = try read(byShow)
            let (publish, play) = try TokenTable.byShow(bytes, path: byShow)
            access.publish += publish
            access.play += play
        }
        return access
    }

    func settings(_ invocation: Invocation) throws -> ServiceSettings {
        // That a file is missing is said in the system's words, which OpenSSL does not have.
        for path in [certificate?.certificate, certificate?.key].compactMap(\.self) {
            _ = try InputFile(path)
        }
        let origins = invocation[RelayArguments.origins]
        let requests = invocation[RelayArguments.requests]
        let limits = RelayLimits.standard
        var settings = ServiceSettings(
            http: invocation[RelayArguments.listen], udp: invocation[RelayArguments.udp],
            publicAddresses: invocation[RelayArguments.publicAddress],
            certificate: certificate, access: try access(),
            pages: origins.isEmpty ? .any : .only(origins), iceServers: try servers(),
            // Whole audiences come from one address at once, behind a NAT.
            rate: RateLimit(
                burst: Int(requests) * 4, interval: .nanoseconds(1_000_000_000 / requests)),
            connectionsPerAddress: Int(invocation[RelayArguments.connections]),
            publisherPolicy: invocation[RelayArguments.secondPublisher] == .replace
                ? .replace : .refuse,
            limits: RelayLimits(
                sessions: Int(invocation[RelayArguments.sessions]),
                shows: Int(invocation[RelayArguments.shows]),
                viewersPerShow: Int(invocation[RelayArguments.viewers]),
                publisherBitsPerSecond: Int(invocation[RelayArguments.publisherRate]),
                connecting: limits.connecting, silence: limits.silence),
            socketBufferBytes: Int(invocation[RelayArguments.socketBuffer]))
        settings.recordings = invocation[RelayArguments.record]
        return settings
    }

    private func servers() throws -> [ICEServer] {
        guard let iceServers else { return [] }
        let bytes = try read(iceServers)
        do throws(ICEServer.FileProblem) {
            return try ICEServer.all(inFile: bytes)
        } catch {
            throw Failure.badICEServer(path: iceServers, line: error.line)
        }
    }

    private func tokens(_ path: String?) throws -> [EndpointOptions.Access] {
        guard let path else { return [] }
        let bytes = try read(path)
        return try TokenTable.general(bytes, path: path)
    }

    private func read(_ path: String) throws -> [UInt8] {
        try InputFile(path).readAll(limit: TokenTable.maximumBytes)
    }
}

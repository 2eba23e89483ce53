/// An authority of a test's own, a certificate of it for servers on loopback, and one for clients.
package final class RedisCertificates {
    package let scratch = ScratchFolder()

    package var authority: String { scratch.path("ca.pem") }
    package var certificate: String { scratch.path("server.pem") }
    package var key: String { scratch.path("server.key") }
    package var clientCertificate: String { scratch.path("client.pem") }
    package var clientKey: String { scratch.path("client.key") }

    /// The name that the server's certificate is for, besides 127.0.0.1.
    package static let name = "redis.test"

    package init() throws {
        try run([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", scratch.path("ca.key"), "-out", authority, "-days", "2", "-subj",
            "/CN=test authority",
        ])
        try sign("server", "subjectAltName=DNS:\(Self.name),IP:127.0.0.1")
        try sign("client", "extendedKeyUsage=clientAuth")
    }

    /// The lines of redis.conf that serve TLS, and ask for certificates of clients or do not.
    package func lines(asking: Bool) -> [String] {
        [
            "tls-port", "tls-cert-file \(certificate)", "tls-key-file \(key)",
            "tls-ca-cert-file \(authority)", "tls-auth-clients \(asking ? "yes" : "no")",
            "tls-replication yes", "tls-cluster yes",
        ]
    }

    /// What redis-cli needs to be let in.
    package var command: [String] {
        [
            "--tls", "--cacert", authority, "--cert", clientCertificate, "--key", clientKey,
        ]
    }

    private func sign(_ name: String, _ extensions: String) throws {
        let request = scratch.path("\(name).csr")
        try run([
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
            scratch.path("\(name).key"), "-out", request, "-subj", "/CN=\(name)",
        ])
        let file = scratch.write(extensions + "\n", to: "\(name).ext")
        try run([
            "x509", "-req", "-in", request, "-CA", authority, "-CAkey", scratch.path("ca.key"),
            "-CAcreateserial", "-out", scratch.path("\(name).pem"), "-days", "2", "-extfile", file,
        ])
    }

    private func run(_ words: [String]) throws {
        let run = try ProcessRun.run(
            "/usr/bin/openssl", words, environment: ["PATH": "/usr/bin:/bin"])
        guard run.status == 0 else { throw ProcessFailure(words: "openssl: \(run.talk)") }
    }
}

internal import COpenSSL
package import Primitives
package import WebRTC

/// One DTLS 1.2 association on OpenSSL, for the keys of SRTP (RFC 5764).
@safe
package final class DTLSAssociation: DTLSTransport {
    package enum Limits {
        /// Datagrams stay below what any path carries, its headers included.
        static let mtu = 1200
        /// Before a flight is sent again; doubles each time. Peers that open their socket late miss
        /// the first flight, and a second would be a second of black picture.
        static let firstRepetition: Duration = .milliseconds(50)
        static let longestRepetition: Duration = .seconds(3)
        static let patience: Duration = .seconds(30)
        static let openSSLTimerMicroseconds: UInt32 = 3_600_000_000
    }

    private let ssl: OpaquePointer
    private let datagrams = DTLSDatagrams()
    private let context: OpenSSLCryptography
    private let role: DTLSRole
    private let expected: [CertificateFingerprint]

    package private(set) var state: DTLSState = .handshaking
    package private(set) var deadline: Instant?
    private var interval = Limits.firstRepetition
    private var end: Instant?

    init(
        _ context: OpenSSLCryptography, role: DTLSRole, expected: [CertificateFingerprint]
    ) throws(DTLSFailure) {
        ERR_clear_error()
        guard let ssl = unsafe SSL_new(context.context) else {
            throw .refused(OpenSSLProblem.drain())
        }
        guard let bio = unsafe datagrams.makeBIO() else {
            unsafe SSL_free(ssl)
            throw .refused(OpenSSLProblem.drain())
        }
        unsafe SSL_set_bio(ssl, bio, bio)
        unsafe lc_ssl_fix_mtu(ssl, Limits.mtu)
        unsafe DTLS_set_timer_cb(ssl) { _, _ in Limits.openSSLTimerMicroseconds }
        switch role {
        case .client: unsafe SSL_set_connect_state(ssl)
        case .server: unsafe SSL_set_accept_state(ssl)
        }
        unsafe self.ssl = ssl
        self.context = context
        self.role = role
        self.expected = expected
    }

    deinit { unsafe SSL_free(ssl) }

    package func start(now: Instant) {
        guard end == nil else { return }
        end = now + Limits.patience
        proceed(now)
        deadline = deadline ?? end
    }

    package func receive(_ datagram: Span<UInt8>, now: Instant) {
        guard datagram.count <= DTLSDatagrams.maximumLength else { return }
        switch state {
        case .handshaking:
            datagrams.incoming = Array(copying: datagram)
            proceed(now)
        case .connected:
            datagrams.incoming = Array(copying: datagram)
            readAfterHandshake()
        case .failed, .closed: break
        }
    }

    package func handleTimeout(now: Instant) {
        guard state == .handshaking, let deadline, deadline <= now, let end else { return }
        guard now < end else { return fail(.timedOut) }
        guard datagrams.expireTimer() else {
            self.deadline = end
            return
        }
        ERR_clear_error()
        guard unsafe lc_dtls_handle_timeout(ssl) >= 0 else { return fail(.timedOut) }
        interval = min(interval * 2, Limits.longestRepetition)
        self.deadline = min(now + interval, end)
    }

    package func close() {
        guard case .connected = state else { return }
        // Reading takes the buffers that were let go, and writing needs them.
        var scratch: UInt8 = 0
        ERR_clear_error()
        _ = unsafe SSL_read(ssl, &scratch, 1)
        ERR_clear_error()
        _ = unsafe SSL_shutdown(ssl)
        state = .closed
    }

    package func takeDatagrams(_ take: ([UInt8]) -> Void) {
        for datagram in datagrams.takeOutgoing() { take(datagram) }
    }

    // MARK: - The handshake

    private func proceed(_ now: Instant) {
        let sentBefore = datagrams.outgoing.count
        ERR_clear_error()
        let result = unsafe SSL_do_handshake(ssl)
        guard result != 1 else { return finish() }
        let reason = unsafe SSL_get_error(ssl, result)
        guard reason == SSL_ERROR_WANT_READ else { return fail(.refused(OpenSSLProblem.drain())) }
        if datagrams.outgoing.count > sentBefore {
            interval = Limits.firstRepetition
            deadline = [now + interval, end].compactMap { $0 }.min()
        }
    }

    private func fail(_ failure: DTLSFailure) {
        state = .failed(failure)
        deadline = nil
    }

    private func finish() {
        deadline = nil
        guard isExpected() else {
            // The other side, which may be content with us, need not wait for consent to run out.
            _ = unsafe SSL_shutdown(ssl)
            return fail(.wrongFingerprint)
        }
        guard let keys = exportKeys() else { return fail(.noCommonProfile) }
        state = .connected(keys)
        // A goodbye may have overtaken the last flight; the library has kept it for us.
        readAfterHandshake()
    }

    private func isExpected() -> Bool {
        guard let certificate = unsafe SSL_get1_peer_certificate(ssl) else { return false }
        defer { unsafe X509_free(certificate) }
        return expected.contains { fingerprint in
            let hash = unsafe Certificate.digest(of: certificate, fingerprint.algorithm)
            return hash == fingerprint.bytes
        }
    }

    /// RFC 5764 4.2: both keys, then both salts, the client's before the server's.
    private func exportKeys() -> SRTPKeys? {
        guard let selected = unsafe SSL_get_selected_srtp_profile(ssl) else { return nil }
        let profile: SRTPProfile
        switch unsafe Int32(selected.pointee.id) {
        case SRTP_AEAD_AES_128_GCM: profile = .aeadAES128GCM
        case SRTP_AES128_CM_SHA1_80: profile = .aes128CMSHA1
        default: return nil
        }
        let (keyLength, saltLength) = (profile.keyLength, profile.saltLength)
        var material = [UInt8](repeating: 0, count: 2 * (keyLength + saltLength))
        let label = "EXTRACTOR-dtls_srtp"
        guard
            unsafe SSL_export_keying_material(
                ssl, &material, material.count, label, label.utf8.count, nil, 0, 0) == 1
        else { return nil }
        let salts = material[(2 * keyLength)...]
        let client = SRTPKey(
            profile: profile, key: Array(material[..<keyLength]),
            salt: Array(salts.prefix(saltLength)))
        let server = SRTPKey(
            profile: profile, key: Array(material[keyLength..<2 * keyLength]),
            salt: Array(salts.suffix(saltLength)))
        return role == .client
            ? SRTPKeys(sending: client, receiving: server)
            : SRTPKeys(sending: server, receiving: client)
    }

    /// Alerts, and the other side's last flight once more if ours got lost.
    private func readAfterHandshake() {
        var scratch = [UInt8](repeating: 0, count: DTLSDatagrams.maximumLength)
        ERR_clear_error()
        let result = unsafe SSL_read(ssl, &scratch, Int32(scratch.count))
        if result <= 0, unsafe SSL_get_error(ssl, result) == SSL_ERROR_ZERO_RETURN {
            _ = unsafe SSL_shutdown(ssl)
            state = .closed
        }
        // 33 kB that most associations never need again; a datagram brings them back for its time.
        _ = unsafe SSL_free_buffers(ssl)
    }
}

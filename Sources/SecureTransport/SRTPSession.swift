internal import CSRTP
package import WebRTC

/// SRTP and SRTCP of one peer on libsrtp2: one session to send by, one to receive by.
///
/// For processes with a few peers; where one seals for many, FanOutSealer takes the sending side
/// (decision 3).
@safe
package final class SRTPSession: SRTPTransport {
    enum Limits {
        /// How far behind the newest a packet may come and still be told from a replay.
        static let replayWindow: UInt = 1024
        /// The library keeps a state for each source it has opened a packet of, for ever.
        static let sources = 64
    }

    private let sending: srtp_t
    private let receiving: srtp_t
    private let profile: SRTPProfile
    private var sources: [UInt32] = []

    package init(_ keys: SRTPKeys) throws(SRTPProblem) {
        guard Self.library else { throw .malformed }
        guard let sending = unsafe Self.make(keys.sending, ssrc_any_outbound) else {
            throw .malformed
        }
        guard let receiving = unsafe Self.make(keys.receiving, ssrc_any_inbound) else {
            _ = unsafe srtp_dealloc(sending)
            throw .malformed
        }
        unsafe self.sending = sending
        unsafe self.receiving = receiving
        profile = keys.sending.profile
    }

    deinit {
        _ = unsafe srtp_dealloc(sending)
        _ = unsafe srtp_dealloc(receiving)
    }

    /// Whether the library has started; once a process.
    private static let library = srtp_init() == srtp_err_status_ok

    private static func make(_ key: SRTPKey, _ direction: srtp_ssrc_type_t) -> srtp_t? {
        var policy = unsafe srtp_policy_t()
        switch key.profile {
        case .aeadAES128GCM:
            unsafe srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp)
            unsafe srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp)
        case .aes128CMSHA1:
            unsafe srtp_crypto_policy_set_rtp_default(&policy.rtp)
            unsafe srtp_crypto_policy_set_rtp_default(&policy.rtcp)
        }
        unsafe policy.ssrc.type = direction
        unsafe policy.window_size = Limits.replayWindow
        // Where RTX was not agreed on, a repair is sealed anew under its old number.
        unsafe policy.allow_repeat_tx = 1
        var material = key.key + key.salt
        return unsafe material.withUnsafeMutableBufferPointer { buffer in
            var session: srtp_t?
            unsafe policy.key = buffer.baseAddress
            return unsafe srtp_create(&session, &policy) == srtp_err_status_ok ? session : nil
        }
    }

    package func seal(
        rtp packet: inout MutableSpan<UInt8>, length: Int
    ) throws(SRTPProblem) -> Int {
        guard packet.count >= length + profile.rtpOverhead else { throw .noRoom }
        return try unsafe run(&packet, length, minimum: 12) {
            unsafe srtp_protect(self.sending, $0, $1)
        }
    }

    package func seal(
        rtcp packet: inout MutableSpan<UInt8>, length: Int
    ) throws(SRTPProblem) -> Int {
        guard packet.count >= length + profile.rtcpOverhead else { throw .noRoom }
        return try unsafe run(&packet, length, minimum: 8) {
            unsafe srtp_protect_rtcp(self.sending, $0, $1)
        }
    }

    package func open(
        rtp packet: inout MutableSpan<UInt8>, length: Int
    ) throws(SRTPProblem) -> Int {
        let source = try source(packet.span, length, at: 8)
        let opened = try unsafe run(&packet, length, minimum: 12) {
            unsafe srtp_unprotect(self.receiving, $0, $1)
        }
        note(source)
        return opened
    }

    package func open(
        rtcp packet: inout MutableSpan<UInt8>, length: Int
    ) throws(SRTPProblem) -> Int {
        let source = try source(packet.span, length, at: 4)
        let opened = try unsafe run(&packet, length, minimum: 8) {
            unsafe srtp_unprotect_rtcp(self.receiving, $0, $1)
        }
        note(source)
        return opened
    }

    /// The source of a packet, if there is still room for it.
    private func source(
        _ packet: Span<UInt8>, _ length: Int, at place: Int
    ) throws(SRTPProblem) -> UInt32 {
        guard length >= place + 4, length <= packet.count else { throw .malformed }
        let source = packet.networkWord(at: place)
        guard sources.count < Limits.sources || sources.contains(source) else {
            throw .tooManySources
        }
        return source
    }

    private func note(_ source: UInt32) {
        if !sources.contains(source) { sources.append(source) }
    }

    private func run(
        _ packet: inout MutableSpan<UInt8>, _ length: Int, minimum: Int,
        _ call: (UnsafeMutableRawPointer, UnsafeMutablePointer<Int32>) -> srtp_err_status_t
    ) throws(SRTPProblem) -> Int {
        guard length >= minimum, length <= packet.count else { throw .malformed }
        var newLength = Int32(length)
        let status = unsafe packet.withUnsafeMutableBytes { bytes in
            unsafe bytes.baseAddress.map { unsafe call($0, &newLength) }
                ?? srtp_err_status_bad_param
        }
        switch status {
        case srtp_err_status_ok: return Int(newLength)
        case srtp_err_status_replay_fail, srtp_err_status_replay_old: throw .replayed
        case srtp_err_status_auth_fail, srtp_err_status_cipher_fail: throw .forged
        case srtp_err_status_key_expired: throw .keyExhausted
        default: throw .malformed
        }
    }
}

package import WebRTC

/// Opens what one peer sends, in place, on OpenSSL's EVP: the counterpart of `FanOutSealer`.
@safe
package final class SRTPOpener {
    package enum Limits {
        /// Sources whose last packets are remembered one by one.
        package static let sources = 32
        /// Sources of which only the highest number is remembered: what comes later counts as new.
        package static let formerSources = 1024
    }

    private struct Former {
        let ssrc: UInt32
        let highest: Int64
    }

    private let profile: SRTPProfile
    private let rtpKeys: SRTPPartKeys
    private let rtcpKeys: SRTPPartKeys
    private let shared: SharedCiphers
    /// Whether media are opened so seldom that a cipher of its own is not worth its memory.
    private let isSeldom: Bool
    /// Made for the first packet: a viewer sends none.
    private var rtp: SRTPCipher?
    /// The one that was heard last stands last.
    private var windows: [SRTPWindow] = []
    private var former: [Former] = []
    private var reports = SRTPWindow(ssrc: 0)

    package init(
        _ key: SRTPKey, sharing shared: SharedCiphers, isSeldom: Bool = false
    ) throws(SRTPProblem) {
        guard let keys = SRTPSessionKeys(key) else { throw .malformed }
        self.isSeldom = isSeldom
        profile = key.profile
        rtpKeys = keys.rtp
        rtcpKeys = keys.rtcp
        self.shared = shared
    }

    package func open(
        rtp packet: inout MutableSpan<UInt8>, length: Int
    ) throws(SRTPProblem) -> Int {
        guard length <= packet.count, let clear = Self.headerLength(packet.span, length),
            length >= clear + profile.rtpOverhead
        else { throw .malformed }
        let ssrc = packet.span.networkWord(at: 8)
        let sequence = UInt16(packet[2]) << 8 | UInt16(packet[3])
        let place = windows.lastIndex { $0.ssrc == ssrc }
        let window = place.map { windows[$0] } ?? newWindow(ssrc)
        guard let window else { throw .tooManySources }
        let index = window.index(of: sequence)
        guard index >= 0, window.isFresh(index) else { throw .replayed }
        guard let rtp = mediaCipher() else { throw .malformed }
        let vector = SRTPVector(profile, rtpKeys, ssrc, UInt64(index))
        let count = length - clear - profile.rtpOverhead
        let isOpened = unsafe packet.withUnsafeMutableBufferPointer { buffer in
            guard let bytes = buffer.baseAddress else { return false }
            return unsafe openRTP(rtp, vector, index, bytes, clear, count)
        }
        guard isOpened else { throw .forged }
        // Only who knows the key may make us remember anything.
        if let place { windows[place].note(index) } else { remember(window, index) }
        return clear + count
    }

    private func mediaCipher() -> SRTPCipher? {
        if isSeldom { return shared.cipher(profile, .open, rtpKeys) }
        if rtp == nil { rtp = SRTPCipher(profile, .open, rtpKeys) }
        return rtp
    }

    private func openRTP(
        _ cipher: SRTPCipher, _ vector: SRTPVector, _ index: Int64,
        _ bytes: UnsafeMutablePointer<UInt8>, _ clear: Int, _ count: Int
    ) -> Bool {
        switch profile {
        case .aeadAES128GCM:
            return unsafe cipher.openGCM(vector, clear: clear, count, trailer: nil, bytes)
        case .aes128CMSHA1:
            let end = clear + count
            guard
                let tag = unsafe cipher.code(
                    over: bytes, end, UInt32(truncatingIfNeeded: index >> 16)),
                unsafe Self.isSame(tag, bytes + end)
            else { return false }
            return unsafe cipher.count(vector, bytes + clear, count, bytes + clear)
        }
    }

    package func open(
        rtcp packet: inout MutableSpan<UInt8>, length: Int
    ) throws(SRTPProblem) -> Int {
        guard length >= 8 + profile.rtcpOverhead, length <= packet.count else {
            throw .malformed
        }
        let plain = length - profile.rtcpOverhead
        // The trailer is last with GCM, and before the code otherwise.
        let trailer = packet.span.networkWord(
            at: profile == .aeadAES128GCM ? length - 4 : plain)
        guard trailer >> 31 == 1 else { throw .malformed }
        let index = Int64(trailer & 0x7FFF_FFFF)
        guard reports.isFresh(index) else { throw .replayed }
        guard let cipher = shared.cipher(profile, .open, rtcpKeys) else { throw .malformed }
        let vector = SRTPVector(
            profile, rtcpKeys, packet.span.networkWord(at: 4), UInt64(index))
        let isOpened = unsafe packet.withUnsafeMutableBufferPointer { buffer in
            guard let bytes = buffer.baseAddress else { return false }
            switch profile {
            case .aeadAES128GCM:
                return unsafe cipher.openGCM(vector, clear: 8, plain - 8, trailer: trailer, bytes)
            case .aes128CMSHA1:
                guard let tag = unsafe cipher.code(over: bytes, plain, trailer),
                    unsafe Self.isSame(tag, bytes + plain + 4)
                else { return false }
                return unsafe cipher.count(vector, bytes + 8, plain - 8, bytes + 8)
            }
        }
        guard isOpened else { throw .forged }
        reports.note(index)
        return plain
    }

    // MARK: - Sources

    /// A window for a source that is not remembered one by one; nil where too many have been.
    private func newWindow(_ ssrc: UInt32) -> SRTPWindow? {
        if let known = former.last(where: { $0.ssrc == ssrc }) {
            return SRTPWindow(ssrc: ssrc, usedUpTo: known.highest)
        }
        let isFull =
            windows.count >= Limits.sources && former.count >= Limits.formerSources
        return isFull ? nil : SRTPWindow(ssrc: ssrc)
    }

    /// Takes a source in. The first that was taken in of the others is kept by its highest number:
    /// forgetting it would let its packets be played again.
    private func remember(_ window: SRTPWindow, _ index: Int64) {
        var window = window
        window.note(index)
        former.removeAll { $0.ssrc == window.ssrc }
        if windows.count >= Limits.sources {
            let oldest = windows.removeFirst()
            former.append(Former(ssrc: oldest.ssrc, highest: oldest.highest ?? 0))
        }
        windows.append(window)
    }

    // MARK: - Bytes

    /// Where the payload begins; nil where the packet ends before.
    static func headerLength(_ packet: Span<UInt8>, _ length: Int) -> Int? {
        guard length >= 12, packet[0] >> 6 == 2 else { return nil }
        var end = 12 + Int(packet[0] & 0x0F) * 4
        guard packet[0] & 0x10 != 0 else { return end <= length ? end : nil }
        guard length >= end + 4 else { return nil }
        end += 4 + (Int(packet[end + 2]) << 8 | Int(packet[end + 3])) * 4
        return end <= length ? end : nil
    }

    /// In a time that does not tell how much of it is right.
    private static func isSame(
        _ tag: InlineArray<20, UInt8>, _ bytes: UnsafePointer<UInt8>
    ) -> Bool {
        var difference: UInt8 = 0
        for place in 0..<SRTPCipher.cmTagLength {
            unsafe difference |= tag[place] ^ bytes[place]
        }
        return difference == 0
    }
}

package import WebRTC

/// Seals what one viewer is sent, on OpenSSL's EVP, from one buffer into another (decision 3).
///
/// A relay has one for each viewer. Its cost does not grow with their number, as libsrtp2's does on
/// Debian, and since it encrypts from source to destination, forwarding copies nothing. Its packets
/// are libsrtp2's, byte for byte: a test compares them.
@safe
package final class FanOutSealer {
    package enum Limits {
        /// Audio, video, their retransmissions, and layers.
        package static let sources = 16
        /// RFC 3711 9.2.
        package static let rtpPackets: UInt64 = 1 << 48
        package static let rtcpPackets: UInt32 = 1 << 31
    }

    /// Whether a number is used for the first time.
    package enum Use: Sendable {
        case first
        /// The same packet to the last bit is sealed once more, as a repair under its own number.
        case again
    }

    private let profile: SRTPProfile
    private let rtpKeys: SRTPPartKeys
    private let rtcpKeys: SRTPPartKeys
    /// Made for the first packet: who only watches seals reports alone.
    private var rtp: SRTPCipher?
    private let shared: SharedCiphers
    private var windows: [SRTPWindow] = []
    private var rtpCount: UInt64 = 0
    private var rtcpIndex: UInt32 = 0

    package convenience init(_ key: SRTPKey) throws(SRTPProblem) {
        try self.init(key, sharing: SharedCiphers())
    }

    package init(_ key: SRTPKey, sharing shared: SharedCiphers) throws(SRTPProblem) {
        guard let keys = SRTPSessionKeys(key) else { throw .malformed }
        profile = key.profile
        rtpKeys = keys.rtp
        rtcpKeys = keys.rtcp
        self.shared = shared
    }

    /// Gives the length of the sealed packet in `destination`. `headerLength` is where the payload
    /// begins; the header before it is copied and authenticated.
    package func seal(
        rtp packet: Span<UInt8>, headerLength: Int, into destination: inout MutableSpan<UInt8>
    ) throws(SRTPProblem) -> Int {
        guard packet.count >= headerLength, headerLength >= 12 else { throw .malformed }
        guard destination.count >= packet.count + profile.rtpOverhead else { throw .noRoom }
        unsafe packet.withUnsafeBufferPointer { source in
            unsafe destination.withUnsafeMutableBufferPointer { target in
                guard let input = source.baseAddress, let output = target.baseAddress
                else { return }
                unsafe output.update(from: input, count: headerLength)
            }
        }
        return try seal(
            payload: packet.extracting(headerLength..<packet.count), headerLength: headerLength,
            use: .first, in: &destination)
    }

    /// The same for a packet whose header is in `destination` already.
    package func seal(
        payload: Span<UInt8>, headerLength: Int, use: Use,
        in destination: inout MutableSpan<UInt8>
    ) throws(SRTPProblem) -> Int {
        guard headerLength >= 12 else { throw .malformed }
        guard destination.count >= headerLength + payload.count + profile.rtpOverhead else {
            throw .noRoom
        }
        let index = try index(destination.span, use)
        let isSealed = unsafe payload.withUnsafeBufferPointer { payload in
            unsafe destination.withUnsafeMutableBufferPointer { target in
                guard let output = target.baseAddress else { return false }
                return unsafe sealRTP(
                    index, output, headerLength, payload.baseAddress ?? UnsafePointer(output),
                    payload.count)
            }
        }
        guard isSealed else { throw .malformed }
        return headerLength + payload.count + profile.rtpOverhead
    }

    /// Seals in place the first `length` bytes.
    package func seal(
        rtp packet: inout MutableSpan<UInt8>, length: Int, headerLength: Int, use: Use
    ) throws(SRTPProblem) -> Int {
        guard length >= headerLength, headerLength >= 12, length <= packet.count else {
            throw .malformed
        }
        guard packet.count >= length + profile.rtpOverhead else { throw .noRoom }
        let index = try index(packet.span, use)
        let isSealed = unsafe packet.withUnsafeMutableBufferPointer { target in
            guard let output = target.baseAddress else { return false }
            return unsafe sealRTP(
                index, output, headerLength, UnsafePointer(output + headerLength),
                length - headerLength)
        }
        guard isSealed else { throw .malformed }
        return length + profile.rtpOverhead
    }

    @inline(__always)
    private func sealRTP(
        _ index: Int64, _ output: UnsafeMutablePointer<UInt8>, _ clear: Int,
        _ input: UnsafePointer<UInt8>, _ count: Int
    ) -> Bool {
        if rtp == nil { rtp = SRTPCipher(profile, .seal, rtpKeys) }
        guard let rtp else { return false }
        let ssrc = unsafe Self.word(output, at: 8)
        let vector = SRTPVector(profile, rtpKeys, ssrc, UInt64(index))
        switch profile {
        case .aeadAES128GCM:
            return unsafe rtp.sealGCM(vector, clear: clear, input, count, trailer: nil, output)
        case .aes128CMSHA1:
            let end = clear + count
            guard unsafe rtp.count(vector, input, count, output + clear),
                let tag = unsafe rtp.code(
                    over: output, end, UInt32(truncatingIfNeeded: index >> 16))
            else { return false }
            for place in 0..<SRTPCipher.cmTagLength { unsafe output[end + place] = tag[place] }
            return true
        }
    }

    package func seal(
        rtcp packet: Span<UInt8>, into destination: inout MutableSpan<UInt8>
    ) throws(SRTPProblem) -> Int {
        guard destination.count >= packet.count + profile.rtcpOverhead else { throw .noRoom }
        for place in 0..<packet.count { destination[place] = packet[place] }
        return try seal(rtcp: &destination, length: packet.count)
    }

    /// Seals in place the first `length` bytes.
    package func seal(
        rtcp packet: inout MutableSpan<UInt8>, length: Int
    ) throws(SRTPProblem) -> Int {
        guard length >= 8, length <= packet.count else { throw .malformed }
        guard packet.count >= length + profile.rtcpOverhead else { throw .noRoom }
        guard rtcpIndex < Limits.rtcpPackets - 1 else { throw .keyExhausted }
        guard let cipher = shared.cipher(profile, .seal, rtcpKeys) else { throw .malformed }
        rtcpIndex += 1
        let vector = SRTPVector(
            profile, rtcpKeys, packet.span.networkWord(at: 4), UInt64(rtcpIndex))
        // The first bit says that the packet is encrypted.
        let trailer = 1 << 31 | rtcpIndex
        let isSealed = unsafe packet.withUnsafeMutableBufferPointer { target in
            guard let output = target.baseAddress else { return false }
            return unsafe sealRTCP(cipher, vector, output, length, trailer)
        }
        guard isSealed else { throw .malformed }
        return length + profile.rtcpOverhead
    }

    private func sealRTCP(
        _ cipher: SRTPCipher, _ vector: SRTPVector, _ output: UnsafeMutablePointer<UInt8>,
        _ length: Int, _ trailer: UInt32
    ) -> Bool {
        let bytes = trailer.networkBytes
        switch profile {
        case .aeadAES128GCM:
            let place = length + SRTPCipher.gcmTagLength
            for index in 0..<4 { unsafe output[place + index] = bytes[index] }
            return unsafe cipher.sealGCM(
                vector, clear: 8, output + 8, length - 8, trailer: trailer, output)
        case .aes128CMSHA1:
            guard unsafe cipher.count(vector, output + 8, length - 8, output + 8),
                let tag = unsafe cipher.code(over: output, length, trailer)
            else { return false }
            for index in 0..<4 { unsafe output[length + index] = bytes[index] }
            for index in 0..<SRTPCipher.cmTagLength {
                unsafe output[length + 4 + index] = tag[index]
            }
            return true
        }
    }

    /// The index of a packet. Under one vector two packets would give the key of the seal away (RFC
    /// 7714 8.4), so it is new, or the caller vouches for the packet to be the same.
    private func index(_ header: Span<UInt8>, _ use: Use) throws(SRTPProblem) -> Int64 {
        guard rtpCount < Limits.rtpPackets else { throw .keyExhausted }
        rtpCount += 1
        let ssrc = header.networkWord(at: 8)
        let sequence = UInt16(header[2]) << 8 | UInt16(header[3])
        var place = 0
        while place < windows.count, windows[place].ssrc != ssrc { place += 1 }
        if place == windows.count {
            guard windows.count < Limits.sources else { throw .malformed }
            windows.append(SRTPWindow(ssrc: ssrc))
        }
        let index = windows[place].index(of: sequence)
        // A number of before the first would be of a round before the first.
        guard index >= 0 else { throw .replayed }
        switch use {
        case .first:
            guard windows[place].isFresh(index) else { throw .replayed }
            windows[place].note(index)
        case .again:
            guard windows[place].isUsed(index) else { throw .replayed }
        }
        return index
    }

    private static func word(_ bytes: UnsafePointer<UInt8>, at place: Int) -> UInt32 {
        unsafe UInt32(bytes[place]) << 24 | UInt32(bytes[place + 1]) << 16
            | UInt32(bytes[place + 2]) << 8 | UInt32(bytes[place + 3])
    }

    /// Whether a number has been sealed that may be sealed again.
    func hasSealed(_ sequence: UInt16, of ssrc: UInt32) -> Bool {
        windows.contains { $0.ssrc == ssrc && $0.isUsed($0.index(of: sequence)) }
    }
}

import COpenSSL
import Primitives
import SecureTransport
import WebRTC

/// What protects a packet, beside the raw cipher that nothing can undercut.
enum SealCases {
    static let packetBytes = 1200
    static let raw = "raw EVP AES-128-GCM"

    /// All sessions of a process make each other dearer in libsrtp2 as Debian builds it, so that
    /// one and a thousand are not measured while both are there.
    static func table(sessions: Int) -> BenchTable {
        BenchTable(
            title: sessions == 1 ? "SRTP, one session" : "SRTP, \(sessions) sessions in turn",
            unit: .nanoseconds,
            cases: [
                RawGCM.benchCase(raw),
                fanOut(
                    "FanOutSealer GCM", .aeadAES128GCM, sessions: sessions,
                    target: sessions == 1 ? "<= 1.30" : ""),
                fanOut("FanOutSealer CM-SHA1", .aes128CMSHA1, sessions: sessions),
                seal("libsrtp2 GCM", .aeadAES128GCM, sessions: sessions),
                seal("libsrtp2 CM-SHA1", .aes128CMSHA1, sessions: sessions),
                open("libsrtp2 GCM, open", .aeadAES128GCM),
                open("libsrtp2 CM-SHA1, open", .aes128CMSHA1),
            ],
            notes: [
                "Packets of 1,200 bytes, 12 of them header. The raw cipher is one context: nonce,"
                    + " 12 bytes of",
                "additional data, 1,188 bytes, tag. Opening is always one session's.",
            ])
    }

    private static func fanOut(
        _ name: String, _ profile: SRTPProfile, sessions: Int, target: String = ""
    ) -> BenchCase {
        let sealers = (0..<sessions).compactMap {
            try? FanOutSealer(Media.key(profile, seed: UInt64($0)))
        }
        precondition(sealers.count == sessions, "no sealers")
        var packet = Media.plainPacket(total: packetBytes)
        var output = [UInt8](repeating: 0, count: packetBytes + 32)
        var number = 0
        return BenchCase(name, peer: raw, target: target) { count in
            var destination = output.mutableSpan
            var total = 0
            for _ in 0..<count {
                Media.setSequence(UInt16(truncatingIfNeeded: number / sessions), of: &packet)
                let sealed = try? sealers[number % sessions].seal(
                    rtp: packet.span, headerLength: 12, into: &destination)
                total &+= sealed ?? 0
                number &+= 1
            }
            precondition(total > count * packetBytes, "nothing was sealed")
        }
    }

    private static func seal(_ name: String, _ profile: SRTPProfile, sessions: Int) -> BenchCase {
        let all = (0..<sessions).compactMap { number in
            try? SRTPSession(
                SRTPKeys(
                    sending: Media.key(profile, seed: UInt64(number)),
                    receiving: Media.key(profile, seed: UInt64(number) + 5000)))
        }
        precondition(all.count == sessions, "no sessions")
        var packet = Media.plainPacket(total: packetBytes)
        packet.append(contentsOf: repeatElement(0, count: 16))
        var number = 0
        return BenchCase(name, peer: raw) { count in
            var total = 0
            for _ in 0..<count {
                Media.setSequence(UInt16(truncatingIfNeeded: number / sessions), of: &packet)
                var span = packet.mutableSpan
                total &+=
                    (try? all[number % sessions].seal(rtp: &span, length: packetBytes)) ?? 0
                number &+= 1
            }
            precondition(total > count * packetBytes, "nothing was sealed")
        }
    }

    /// Packets are sealed a few at a time, outside of what is measured.
    private static func open(_ name: String, _ profile: SRTPProfile) -> BenchCase {
        let key = Media.key(profile, seed: 1)
        guard let sealer = try? FanOutSealer(key),
            let session = try? SRTPSession(SRTPKeys(sending: key, receiving: key))
        else { preconditionFailure("no session") }
        let batch = 64
        var packet = Media.plainPacket(total: packetBytes)
        var sealed = [[UInt8]](
            repeating: [UInt8](repeating: 0, count: packetBytes + 16), count: batch)
        var number: UInt16 = 0
        return BenchCase(name, peer: raw) { count, watch in
            var done = 0
            while done < count {
                for place in 0..<batch {
                    number &+= 1
                    Media.setSequence(number, of: &packet)
                    var part = sealed[place].mutableSpan
                    _ = try? sealer.seal(rtp: packet.span, headerLength: 12, into: &part)
                }
                var total = 0
                watch.start()
                for place in 0..<batch {
                    var part = sealed[place].mutableSpan
                    let length = packetBytes + profile.rtpOverhead
                    total &+= (try? session.open(rtp: &part, length: length)) ?? 0
                }
                watch.stop()
                precondition(total == batch * packetBytes, "not all packets were opened")
                done += batch
            }
            return done
        }
    }
}

/// The cipher alone, as OpenSSL has it.
@safe
final class RawGCM {
    private let context: OpaquePointer
    private var nonce = [UInt8](repeating: 7, count: 12)

    init?() {
        guard let context = unsafe EVP_CIPHER_CTX_new() else { return nil }
        let key = [UInt8](repeating: 1, count: 16)
        guard unsafe EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), nil, key, nil) == 1 else {
            return nil
        }
        unsafe self.context = context
    }

    deinit { unsafe EVP_CIPHER_CTX_free(context) }

    static func benchCase(_ name: String) -> BenchCase {
        guard let cipher = RawGCM() else { preconditionFailure("no cipher") }
        let packet = Media.plainPacket(total: SealCases.packetBytes)
        var target = [UInt8](repeating: 0, count: SealCases.packetBytes + 32)
        return BenchCase(name) { count in cipher.run(count, packet, &target) }
    }

    private func run(_ count: Int, _ packet: [UInt8], _ target: inout [UInt8]) {
        unsafe packet.withUnsafeBufferPointer { packet in
            unsafe target.withUnsafeMutableBufferPointer { target in
                guard let input = packet.baseAddress, let output = target.baseAddress
                else { return }
                for number in 0..<count {
                    nonce[11] = UInt8(truncatingIfNeeded: number)
                    unsafe seal(input, output, Int32(packet.count))
                }
            }
        }
    }

    @inline(__always)
    private func seal(
        _ input: UnsafePointer<UInt8>, _ output: UnsafeMutablePointer<UInt8>, _ count: Int32
    ) {
        var written: Int32 = 0
        let place = Int(count)
        let isDone =
            unsafe EVP_EncryptInit_ex(context, nil, nil, nil, nonce) == 1
            && EVP_EncryptUpdate(context, nil, &written, input, 12) == 1
            && EVP_EncryptUpdate(context, output + 12, &written, input + 12, count - 12) == 1
            && EVP_EncryptFinal_ex(context, output + place, &written) == 1
            && lc_gcm_get_tag(context, 16, output + place) == 1
        precondition(isDone, "the cipher failed")
    }
}

import Primitives
import WebRTC

/// The packets and frames that everything here is measured with.
enum Media {
    static let payloadLimit = 1120
    static let frameBytes = 30_000

    /// As a negotiation with a browser has them.
    static let extensions: RTPExtensionMap = {
        var map = RTPExtensionMap()
        map[.mid] = 4
        map[.absoluteSendTime] = 2
        map[.transportSequence] = 3
        map[.absoluteCaptureTime] = 7
        return map
    }()

    /// A packet of video with a mid, a send time and a transport-wide number.
    static func packet(total: Int) -> [UInt8] {
        var block = RTPExtensionBlock(.oneByte)
        block.append(4, text: "1")
        block.append(2, zeros: 3)
        block.append(3, zeros: 2)
        let header = RTPHeader(
            marker: false, payloadType: 96, sequenceNumber: 1, timestamp: 90_000, ssrc: 0x1234_5678)
        var packet: [UInt8] = []
        packet.append(addingCapacity: total) { output in
            try? header.write(extensions: block, into: &output)
        }
        while packet.count < total { packet.append(UInt8(truncatingIfNeeded: packet.count &* 31)) }
        return packet
    }

    /// A packet without extensions, whose header is as long as the additional data of the raw
    /// cipher that it is compared with.
    static func plainPacket(total: Int) -> [UInt8] {
        let header = RTPHeader(
            marker: false, payloadType: 96, sequenceNumber: 1, timestamp: 90_000, ssrc: 0x1234_5678)
        var packet: [UInt8] = []
        packet.append(addingCapacity: total) { output in try? header.write(into: &output) }
        while packet.count < total { packet.append(UInt8(truncatingIfNeeded: packet.count &* 31)) }
        return packet
    }

    /// One coded slice between start codes, without start codes inside.
    static let h264Frame: [UInt8] = {
        var frame: [UInt8] = [0, 0, 0, 1, 0x41, 0x9A]
        while frame.count < frameBytes { frame.append(UInt8(frame.count % 250) + 3) }
        return frame
    }()

    /// A keyframe of H.264: both parameter sets and a slice.
    static let h264Keyframe: [UInt8] = {
        var frame: [UInt8] = [
            0, 0, 0, 1, 0x67, 0x42, 0xC0, 0x1F, 0xD9, 0x00, 0xA0, 0x5B, 0xB0,
            0, 0, 0, 1, 0x68, 0xCB, 0x83, 0xCB, 0x20, 0, 0, 0, 1, 0x65, 0x88, 0x84,
        ]
        while frame.count < frameBytes { frame.append(UInt8(frame.count % 250) + 3) }
        return frame
    }()

    static func key(_ profile: SRTPProfile, seed: UInt64) -> SRTPKey {
        var random = SeededRandom(seed: seed)
        func bytes(_ count: Int) -> [UInt8] {
            (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        return SRTPKey(
            profile: profile, key: bytes(profile.keyLength), salt: bytes(profile.saltLength))
    }

    /// Puts the next number into a packet.
    @inline(__always)
    static func setSequence(_ sequence: UInt16, of packet: inout [UInt8]) {
        packet[2] = UInt8(truncatingIfNeeded: sequence >> 8)
        packet[3] = UInt8(truncatingIfNeeded: sequence)
    }
}

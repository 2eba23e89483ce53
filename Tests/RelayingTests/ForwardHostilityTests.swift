import Primitives
import SecureTransport
import Testing
import WebRTC

@testable import Relaying

/// What publishers and viewers can do to a relay who have their keys and mean it ill, or are broken.
@Suite struct ForwardHostilityTests {
    @Test
    func `an empty extension at the very end of a packet is no value`() throws {
        // Two-byte form: audio level without a byte, behind three of padding.
        let packet: [UInt8] =
            [0x90, 111, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1] + [0x10, 0x00, 0, 1] + [0, 0, 5, 0]
        let header = try RTPHeader(parsing: packet.span)
        for kind in [RTPExtensionKind.audioLevel, .videoOrientation, .playoutDelay] {
            var map = RTPExtensionMap()
            map[kind] = 5
            let places = RTPExtensionPlaces(packet.span, header, map)
            let values = ForwardedValues(packet.span, places)
            #expect(values.audioLevel == nil && values.orientation == nil)
            #expect(values.playoutDelay == nil)
        }
    }
}

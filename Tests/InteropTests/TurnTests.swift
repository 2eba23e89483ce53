import Network
import Primitives
import TestSupport
import Testing
import WebRTC

extension Interop {
    /// coturn as the relay between two peers that may not meet in another way.
    @Suite(
        .serialized,
        .enabled(
            if: Files.exists(TurnServerProgram.path) || Machine.isCI,
            "coturn's turnserver is not installed"))
    struct TurnTests {
        private static func expectFrames(_ pair: TurnPair) {
            let (traffic, frames) = (pair.offerer.traffic, pair.answerer.record.frames(.video))
            let wrong = frames.count {
                traffic.sentFrames[TurnPeer.number(of: $0.bytes)] != $0.bytes
                    || $0.description.isDamaged
            }
            #expect(wrong == 0 && frames.count >= 50)
            #expect(pair.peers.allSatisfy { $0.traffic.direct == 0 })
        }

        @Test(arguments: TurnTransport.allCases, [true, false])
        func `media pass a relay, by channels and by indications`(
            transport: TurnTransport, usesChannels: Bool
        ) throws {
            let program = try TurnServerProgram()
            var settings = TurnPeer.Settings(transport, program)
            settings.usesChannels = usesChannels
            let pair = try TurnPair(settings)
            try pair.connect()
            let phase = { "\(pair.phase) \(pair.offerer.traffic.counts)" }
            try reach("50 frames and 100 packets arrive", within: .seconds(20), phase) {
                let traffic = pair.offerer.traffic
                return pair.answerer.record.frames(.video).count >= 50
                    && (usesChannels ? traffic.byChannel : traffic.byIndication) > 100
            }
            Self.expectFrames(pair)
            if !usesChannels {
                #expect(pair.peers.allSatisfy { $0.traffic.byChannel == 0 })
            }
            let candidates = pair.offerer.record.events.compactMap {
                if case .candidate(let candidate) = $0 { candidate } else { nil }
            }
            #expect(candidates.map(\.kind) == [.relayed])
            #expect(candidates.allSatisfy { $0.related?.isUnspecified == true })
        }

        @Test(arguments: TurnTransport.allCases)
        func `a wrong password is told as such`(transport: TurnTransport) throws {
            let program = try TurnServerProgram()
            var settings = TurnPeer.Settings(transport, program)
            settings.password = "wrong"
            let pair = try TurnPair(settings)
            try pair.awaitBoth("both are told", within: .seconds(5)) {
                $0.events.contains(.relayFailed(0, .unauthorized))
                    && $0.events.contains(.gathered)
            }
            #expect(pair.peers.allSatisfy { $0.record.events.count == 2 })
        }

        @Test func `a relay whose certificate is not believed is not used`() throws {
            let program = try TurnServerProgram()
            var settings = TurnPeer.Settings(.tls, program)
            settings.authority = nil
            let pair = try TurnPair(settings)
            try pair.awaitBoth("both are told", within: .seconds(5)) {
                $0.events.contains(.relayFailed(0, .lost))
            }
            // X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT
            #expect(pair.peers.allSatisfy { $0.traffic.connectionEnd == .untrusted(code: 18) })
        }

        @Test(arguments: TurnTransport.allCases)
        func `a relay that is killed is noticed on both sides`(transport: TurnTransport) throws {
            let program = try TurnServerProgram()
            var settings = TurnPeer.Settings(transport, program)
            // Ten times faster than life: consent ends after 30 s.
            settings.speed = 10
            let pair = try TurnPair(settings)
            try pair.connect()
            try reach("200 frames arrive", within: .seconds(20), { pair.phase }) {
                pair.answerer.record.frames(.video).count >= 200
            }
            // More than 40 s have passed: as long as the relay lives, nothing is missed.
            #expect(
                pair.peers.allSatisfy { !$0.record.events.contains(.ice(.disconnected)) })
            Self.expectFrames(pair)
            try program.kill()
            try pair.awaitBoth("consent ends", within: .seconds(10)) { record in
                record.events.contains {
                    if case .failed(.ice(let failure)) = $0 {
                        failure.reason == .consentExpired
                    } else {
                        false
                    }
                }
            }
            #expect(pair.peers.allSatisfy { $0.record.events.contains(.ice(.disconnected)) })
            let isStream = transport != .udp
            #expect(
                pair.peers.allSatisfy {
                    $0.record.events.contains(.relayFailed(0, .lost)) == isStream
                })
        }

        @Test(arguments: TurnTransport.allCases)
        func `closing gives the relay's address back`(transport: TurnTransport) throws {
            let program = try TurnServerProgram()
            let pair = try TurnPair(TurnPeer.Settings(transport, program))
            try pair.connect()
            let (loop, offerer) = (pair.loop, pair.offerer)
            _ = loop.perform { offerer.close() }
            try reach(
                "the other side is told, and the server", within: .seconds(10),
                { "\(pair.phase) \(program.log.suffix(2000))" }
            ) {
                pair.answerer.record.events.contains(.left)
                    && program.log.contains("lifetime=0")
            }
        }
    }
}

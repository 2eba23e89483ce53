import HTTP
import Network
import Primitives
import Signaling
import TestSupport
import Testing
import WebRTC

@testable import Sessions
@testable import SessionSupport

/// A client's session with a real endpoint over real sockets.
@Suite struct ClientSessionTests {
    @Test func `a publisher's media arrive, and its session is deleted at the end`() throws {
        let server = try SessionServer(.init())
        let client = try LiveSession(LiveSession.settings(server.url()))
        try client.reach("connected") { $0.isConnected }
        try eventually("media", within: .seconds(10)) {
            server.record(0).frames(.video).count > 10 && server.record(0).frames(.audio).count > 10
        }
        let record = server.record(0)
        #expect(record.frames(.video).first?.isKeyframe == true)
        #expect(record.frames.allSatisfy { !$0.isDamaged })
        #expect(record.capturedTimes > 5)
        let numbers = record.frames(.video).map { SessionPlans.number(of: $0.bytes) }
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 + 1 })
        try client.reach("reports") {
            $0.figures?.roundTrip != nil && $0.figures?.lastReport != nil
        }
        try client.close()
        #expect(server.endedSessions == 1)
        // One request for each thing that has to be said, and none to find out what is not needed.
        #expect(server.requests.map { $0.prefix(4) } == ["POST", "DELE"])
        #expect(client.state.failure == nil)
        server.stop()
    }

    @Test func `an endpoint on this machine is connected with in no time`() throws {
        let server = try SessionServer(.init())
        var best: Duration = .seconds(60)
        for _ in 0..<5 {
            let client = try LiveSession(LiveSession.settings(server.url()))
            try client.reach("connected") { $0.isConnected }
            best = min(best, client.state.connectedAfter ?? best)
            try client.close()
        }
        #expect(best < .milliseconds(60), "\(best)")
        server.stop()
    }

    @Test func `a viewer receives what the server sends`() throws {
        let server = try SessionServer(.init(video: [.vp8]))
        let client = try LiveSession(LiveSession.settings(server.url(.whep), .whep))
        try client.reach("connected") { $0.isConnected }
        for number in 0..<30 as Range<UInt32> {
            server.change { server in
                server.peer(0)?.send(
                    SessionPlans.frame(number, isKeyframe: number == 0), media: 1,
                    timestamp: number * 3000, isKeyframe: number == 0)
            }
        }
        try client.reach("frames") { $0.frames.count >= 30 }
        #expect(client.state.frames.map(SessionPlans.number).prefix(30).elementsEqual(0..<30))
        try client.close()
        server.stop()
    }

    @Test func `the layers of a picture arrive under their names`() throws {
        let server = try SessionServer(.init(video: [.vp8], layers: 3))
        var settings = try LiveSession.settings(server.url())
        settings.media[1].layers = .send(["h", "m", "l"])
        settings.media[1].source = nil
        let client = try LiveSession(settings)
        try eventually("frames of all layers", within: .seconds(10)) {
            let frames = server.record(0).frames(.video)
            return ["h", "m", "l"].allSatisfy { rid in frames.count { $0.rid == rid } > 5 }
        }
        try client.close()
        server.stop()
    }
}

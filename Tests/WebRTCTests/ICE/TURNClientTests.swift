import Primitives
import Testing

@testable import WebRTC

/// RFC 8656 from the client's side.
@Suite struct TURNClientTests {
    private static let peer = TURNBench.peer(1)

    @Test func `a challenge is answered, and the allocation told`() throws {
        var bench = TURNBench()
        bench.start()
        #expect(bench.client.state == .allocated)
        #expect(
            bench.client.events == [
                .allocated(relayed: TURNBench.relayed, mapped: TURNBench.mapped)
            ])
        #expect(bench.requests.map(\.username) == [nil, "user"])
        #expect(bench.requests[1].realm == "example.org" && bench.requests[1].nonce == "first")
        #expect(bench.requests[0].transaction != bench.requests[1].transaction)
        #expect(bench.requests.allSatisfy { $0.wantsUDPTransport })
    }

    @Test func `a wrong password is told at once, and is not tried again`() {
        var bench = TURNBench(password: "wrong")
        bench.start()
        #expect(bench.client.state == .failed(.unauthorized))
        #expect(bench.client.events == [.failed(.unauthorized)])
        #expect(bench.requests.count == 2)
        #expect(bench.client.deadline == nil)
        bench.run(.seconds(3600))
        #expect(bench.requests.count == 2)
    }

    @Test func `refusals carry the server's code`() {
        for code in [300, 403, 437, 442, 486, 508] {
            for isFirst in [true, false] {
                var bench = TURNBench()
                bench.script = { request in
                    isFirst || request.username != nil ? .refusal(code) : .regular
                }
                bench.start()
                #expect(bench.client.events == [.failed(.refused(code: code, reason: "no"))])
                #expect(bench.client.deadline == nil)
            }
        }
    }

    @Test func `a stale nonce is replaced, however many requests carry it`() {
        var bench = TURNBench.allocated()
        bench.nonce = "second"
        for host in 1...10 as ClosedRange<UInt32> {
            bench.client.send([UInt8(host)], to: TURNBench.peer(host), now: bench.now)
        }
        bench.exchange()
        #expect(bench.delivered.map(\.bytes) == (1...10).map { [$0] })
        #expect(bench.client.state == .allocated && bench.client.events.isEmpty)
        bench.nonce = "third"
        bench.run(.seconds(600))
        #expect(bench.client.state == .allocated)
    }

    @Test func `a server that never likes a nonce is not asked for ever`() {
        var bench = TURNBench()
        var number = 0
        bench.script = { request in
            number += 1
            var answer = request.answer(.failure)
            answer.errorCode = .init(438, "no")
            (answer.realm, answer.nonce) = ("example.org", "n\(number)")
            return .bytes { _ in answer.bytes(key: nil) }
        }
        bench.start()
        #expect(bench.client.events == [.failed(.refused(code: 438, reason: "no"))])
        #expect(bench.requests.count == 1 + TURNClient.Limits.authenticationTries)
    }

    // MARK: - Data

    @Test func `data wait for their permission, as many as there is room for`() {
        var bench = TURNBench.allocated()
        bench.script = { $0.method == .createPermission ? .silence : .regular }
        for number in 0..<40 as Range<UInt8> { bench.send([number], to: Self.peer) }
        // Another port of the same host waits for the same permission.
        bench.send([99], to: TURNBench.peer(1, 10))
        #expect(bench.delivered.isEmpty && bench.count(.createPermission) == 1)
        bench.script = { _ in .regular }
        bench.run(.seconds(1))
        #expect(bench.delivered.map(\.bytes) == (0..<16).map { [$0] } + [[99]])
        #expect(bench.delivered.last?.to == TURNBench.peer(1, 10))
        bench.send([7], to: Self.peer)
        #expect(bench.delivered.last == .init(bytes: [7], to: Self.peer, isByChannel: false))
        #expect(bench.count(.createPermission) == 2 && bench.dropped == 0)
    }

    @Test func `a host that is refused is asked for again only when there are data`() {
        var bench = TURNBench.allocated()
        bench.script = { $0.method == .createPermission ? .refusal(403) : .regular }
        bench.send([1], to: Self.peer)
        bench.send([2], to: TURNBench.peer(1, 10))
        #expect(bench.count(.createPermission) == 2 && bench.client.remotes.isEmpty)
        bench.run(.seconds(400))
        #expect(bench.count(.createPermission) == 2)
        bench.script = { _ in .regular }
        bench.send([3], to: Self.peer)
        #expect(bench.delivered.map(\.bytes) == [[3]])
    }

    @Test func `there is a limit to the remotes, and to what one datagram holds`() {
        var bench = TURNBench.allocated()
        for host in 1...100 as ClosedRange<UInt32> { bench.send([1], to: TURNBench.peer(host)) }
        #expect(bench.delivered.count == TURNClient.Limits.peers)
        bench.forgetDeliveries()
        bench.send([UInt8](repeating: 0, count: 65_536), to: Self.peer)
        #expect(bench.delivered.isEmpty)
    }

    @Test func `data go by the channel once it is bound, and come by it`() {
        for isStream in [false, true] {
            var bench = TURNBench.allocated(isStream: isStream)
            bench.send([1], to: Self.peer)
            bench.client.bindChannel(Self.peer, now: bench.now)
            bench.exchange()
            bench.client.bindChannel(Self.peer, now: bench.now)
            bench.exchange()
            #expect(bench.count(.channelBind) == 1)
            bench.forgetDeliveries()
            for length in 0...9 {
                bench.send([UInt8](repeating: 5, count: length), to: Self.peer)
            }
            #expect(bench.delivered.map(\.bytes.count) == Array(0...9))
            #expect(bench.delivered.allSatisfy { $0.isByChannel } && bench.dropped == 0)
            #expect(bench.hear([0x40, 0, 0, 2, 8, 9]) == .data(4..<6, from: Self.peer))
            // A length beyond the datagram, and a number that is nobody's.
            #expect(bench.hear([0x40, 0, 0, 3, 8, 9]) == .consumed)
            #expect(bench.hear([0x40, 1, 0, 2, 8, 9]) == .consumed)
        }
    }

    @Test func `every remote has its own channel, also after one was let go`() {
        var bench = TURNBench.allocated()
        for host in 1...3 as ClosedRange<UInt32> {
            bench.client.bindChannel(TURNBench.peer(host), now: bench.now)
            bench.exchange()
        }
        bench.client.forget(hostOf: TURNBench.peer(3))
        bench.client.bindChannel(TURNBench.peer(4), now: bench.now)
        bench.exchange()
        #expect(bench.requests.compactMap(\.channel) == [0x4000, 0x4001, 0x4002, 0x4003])
        #expect(bench.client.remotes.count { $0.isChannelBound } == 3)
    }

    @Test func `without a channel, data go in indications`() {
        for reply in [TURNBench.Reply.refusal(400), .silence] {
            var bench = TURNBench.allocated()
            bench.script = { $0.method == .channelBind ? reply : .regular }
            bench.send([1], to: Self.peer)
            bench.client.bindChannel(Self.peer, now: bench.now)
            bench.exchange()
            bench.run(.seconds(60))
            bench.send([2], to: Self.peer)
            #expect(bench.delivered.last == .init(bytes: [2], to: Self.peer, isByChannel: false))
            #expect(bench.client.state == .allocated)
        }
    }

    @Test func `data from behind the relay are told with their sender`() throws {
        var bench = TURNBench.allocated()
        var message = STUNMessage(.indication, .data, .init(high: 1, low: 2))
        message.peerAddress = TURNBench.peer(7)
        message.data = [1, 2, 3]
        let bytes = message.bytes(key: nil, hasFingerprint: false)
        guard case .data(let range, let from) = bench.hear(bytes) else {
            Issue.record("not taken")
            return
        }
        #expect(Array(bytes[range]) == [1, 2, 3] && from == TURNBench.peer(7))
        message.peerAddress = nil
        #expect(bench.hear(message.bytes(key: nil)) == .notTURN)
        bench.client.fail(.lost)
        #expect(bench.hear(bytes) == .consumed)
    }

    // MARK: - Time

    @Test func `for an hour nothing runs out`() {
        for (isStream, lifetime) in [(false, 600), (true, 600), (false, 60), (false, 3600)] {
            var bench = TURNBench(isStream: isStream)
            bench.lifetimeSeconds = UInt32(lifetime)
            bench.start()
            bench.client.bindChannel(Self.peer, now: bench.now)
            bench.exchange()
            for second in stride(from: 0, to: 3600, by: 10) {
                bench.send([1], to: Self.peer)
                bench.send([2], to: TURNBench.peer(2))
                if second == 1000 { bench.nonce = "next" }
                bench.run(.seconds(10))
            }
            #expect(bench.dropped == 0 && bench.delivered.count == 720)
            #expect(bench.delivered.count { $0.isByChannel } == 360)
            #expect(bench.requests.count < 200)
            #expect(bench.client.state == .allocated && bench.client.events.count == 1)
        }
    }

    @Test func `a server that is silent is told after so many tries`() {
        for (isStream, tries, seconds) in [(false, 7, 9.5), (true, 1, 10)] {
            var bench = TURNBench(isStream: isStream)
            bench.script = { _ in .silence }
            bench.start()
            bench.run(.milliseconds(Int(seconds * 1000) - 1))
            #expect(bench.client.isAllocating)
            bench.run(.milliseconds(1))
            #expect(bench.client.events == [.failed(.timedOut)])
            #expect(bench.requests.count == tries)
            #expect(Set(bench.requests.map(\.transaction)).count == 1)
            #expect(bench.client.deadline == nil)
        }
    }

    @Test func `a silence is outlived where the allocation lasts longer, else told`() {
        for isStream in [false, true] {
            for (silence, isOutlived) in [(40, true), (70, false)] {
                var bench = TURNBench.allocated(isStream: isStream)
                bench.client.bindChannel(Self.peer, now: bench.now)
                bench.exchange()
                bench.run(.seconds(530))
                bench.script = { _ in .silence }
                bench.run(.seconds(silence))
                bench.script = { _ in .regular }
                bench.run(.seconds(30))
                bench.send([1], to: Self.peer)
                #expect((bench.client.state == .allocated) == isOutlived)
                #expect(bench.client.events.count == (isOutlived ? 0 : 1))
                #expect(bench.delivered.count == (isOutlived ? 1 : 0) && bench.dropped == 0)
            }
        }
    }

    @Test func `permissions and channels outlive a silence`() {
        for quiet in [STUNMessage.Method.createPermission, .channelBind] {
            var bench = TURNBench.allocated()
            bench.client.bindChannel(Self.peer, now: bench.now)
            bench.exchange()
            bench.run(.seconds(235))
            bench.script = { $0.method == quiet ? .silence : .regular }
            bench.run(.seconds(quiet == .channelBind ? 300 : 40))
            bench.script = { _ in .regular }
            bench.run(.seconds(60))
            bench.send([1], to: Self.peer)
            #expect(bench.delivered.last?.isByChannel == true && bench.dropped == 0, "\(quiet)")
        }
    }

    @Test func `a permission that is never answered lets go of what it held`() {
        var bench = TURNBench.allocated()
        bench.script = { $0.method == .createPermission ? .silence : .regular }
        bench.send([1], to: Self.peer)
        bench.run(.seconds(10))
        #expect(bench.client.remotes.isEmpty && bench.count(.createPermission) == 7)
        bench.script = { _ in .regular }
        bench.send([2], to: Self.peer)
        #expect(bench.delivered.map(\.bytes) == [[2]])
    }

    @Test func `closing releases the allocation, and nothing is repeated`() {
        var bench = TURNBench.allocated()
        bench.send([1], to: Self.peer)
        bench.client.close(now: bench.now)
        bench.exchange()
        #expect(bench.expiry == nil && bench.requests.last?.lifetimeSeconds == 0)
        #expect(bench.client.state == .closed && bench.client.deadline == nil)
        bench.client.close(now: bench.now)
        bench.send([2], to: Self.peer)
        bench.client.fail(.lost)
        #expect(bench.count(.refresh) == 1 && bench.delivered.count == 1)
        #expect(bench.client.state == .closed && bench.client.events.isEmpty)
    }
}

package import Primitives

/// One connection to one server. Not for two threads at once.
///
/// After a failure it is of no more use: what it had under way is not known, and nothing more is
/// sent.
package final class RedisConnection {
    package let endpoint: RedisEndpoint
    /// What the server answered to the commands that opened the connection.
    package private(set) var openingReplies: [RedisReply] = []
    /// Commands that were sent and are not answered.
    package private(set) var commandsInFlight = 0

    private let socket: WireSocket
    private let reader = ReplyReader()
    private var inbound = [UInt8](repeating: 0, count: RedisLimits.readBytes)
    private var isBroken = false
    private var lastUse: Instant

    /// How long a connection lies idle until it is looked at before it is used again.
    private static let trustedIdleTime: Duration = .milliseconds(1)

    /// Connects, says who we are, and asks what `opening` asks, all in one round trip. What it asks
    /// must change nothing, because it is asked even of a server that does not accept who we are.
    package init(
        to endpoint: RedisEndpoint, as identity: RedisIdentity, opening: RedisBatch,
        options: RedisOptions, until deadline: Instant
    ) throws(RedisFailure) {
        let start = WireClock.now
        let end = min(deadline, start + options.connectTimeout)
        self.endpoint = endpoint
        lastUse = start
        do throws(RedisTrouble) {
            socket = try WireSocket(
                to: endpoint, until: end, isInterrupted: options.isInterrupted)
        } catch {
            throw .notSent(error)
        }
        try open(as: identity, with: opening, until: end)
    }

    private func open(
        as identity: RedisIdentity, with opening: RedisBatch, until deadline: Instant
    ) throws(RedisFailure) {
        var batch = identity.greeting
        let greetings = batch.count
        batch.append(opening)
        guard !batch.isEmpty else { return }
        let replies: [RedisReply]
        do throws(RedisFailure) {
            replies = try exchange(batch, until: deadline)
        } catch {
            // Whatever has run of it has changed nothing.
            guard case .unknown(let trouble) = error else { throw error }
            throw .notSent(trouble)
        }
        for (index, reply) in replies.enumerated() {
            guard let error = reply.error else { continue }
            if let failure = identity.failure(
                error, isGreeting: index < greetings, at: endpoint)
            {
                isBroken = true
                throw failure
            }
        }
        openingReplies = Array(replies[greetings...])
    }

    /// Whether more may be sent.
    package var isUsable: Bool { !isBroken }

    /// Sends commands in one write and waits for all their answers.
    package func exchange(
        _ batch: RedisBatch, until deadline: Instant
    ) throws(RedisFailure) -> [RedisReply] {
        precondition(commandsInFlight == 0, "an exchange among answers that are still to come")
        try send(batch, until: deadline)
        var replies: [RedisReply] = []
        replies.reserveCapacity(batch.count)
        for _ in 0..<batch.count { replies.append(try receive(until: deadline)) }
        return replies
    }

    /// Sends commands; each has to be received for, in order.
    package func send(_ batch: RedisBatch, until deadline: Instant) throws(RedisFailure) {
        guard let firstEnd = batch.ends.first else { return }
        precondition(
            commandsInFlight + batch.count <= RedisLimits.commandsInFlight,
            "more commands are sent than may be under way")
        guard !isBroken else { throw .notSent(.closed(endpoint)) }
        if commandsInFlight == 0 { try lookWhetherStale() }
        var start = 0
        do throws(RedisTrouble) {
            while start < batch.bytes.count {
                start += try write(batch.bytes, from: start, until: deadline)
            }
        } catch {
            isBroken = true
            // The server runs no command before it has all of it.
            guard start >= firstEnd || commandsInFlight > 0 else { throw .notSent(error) }
            throw .unknown(error)
        }
        commandsInFlight += batch.count
    }

    /// The answer to the oldest command that is under way.
    package func receive(until deadline: Instant) throws(RedisFailure) -> RedisReply {
        precondition(commandsInFlight > 0, "an answer is waited for that nobody asked for")
        do throws(RedisTrouble) {
            while true {
                if let reply = try nextReply() { return reply }
                try socket.waitForReading(until: deadline)
                try fill()
            }
        } catch {
            isBroken = true
            throw .unknown(error)
        }
    }

    /// An answer that has come already, without waiting.
    package func receiveWhatIsThere() throws(RedisFailure) -> RedisReply? {
        guard commandsInFlight > 0 else { return nil }
        do throws(RedisTrouble) {
            if let reply = try nextReply() { return reply }
            try fill()
            return try nextReply()
        } catch {
            isBroken = true
            throw .unknown(error)
        }
    }

    private func nextReply() throws(RedisTrouble) -> RedisReply? {
        guard !isBroken else { throw .closed(endpoint) }
        if let reply = reader.next() {
            commandsInFlight -= 1
            if commandsInFlight == 0 { lastUse = WireClock.now }
            return reply
        }
        if reader.isBroken { throw .badReply(endpoint) }
        return nil
    }

    /// Takes what has come; nothing, where nothing has.
    private func fill() throws(RedisTrouble) {
        let progress = unsafe inbound.withUnsafeMutableBytes { buffer in
            let progress = unsafe socket.read(into: buffer)
            if case .moved(let count) = progress {
                unsafe reader.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
            return progress
        }
        switch progress {
        case .moved, .wouldBlock: return
        case .closed: throw .closed(endpoint)
        case .failed(let trouble): throw trouble
        }
    }

    /// How many bytes have gone.
    private func write(
        _ bytes: [UInt8], from start: Int, until deadline: Instant
    ) throws(RedisTrouble) -> Int {
        let progress = unsafe bytes.withUnsafeBytes { bytes in
            unsafe socket.write(UnsafeRawBufferPointer(rebasing: bytes[start...]))
        }
        switch progress {
        case .moved(let count): return count
        case .closed: throw .closed(endpoint)
        case .failed(let trouble): throw trouble
        case .wouldBlock:
            try socket.waitForWriting(until: deadline)
            try fill()
            return 0
        }
    }

    /// A server may have ended the connection while it lay idle: then surely nothing has run.
    private func lookWhetherStale() throws(RedisFailure) {
        let isLeftOver = reader.unreadBytes > 0
        guard isLeftOver || WireClock.now - lastUse > Self.trustedIdleTime else { return }
        if isLeftOver || socket.isStale {
            isBroken = true
            throw .notSent(.closed(endpoint))
        }
    }
}

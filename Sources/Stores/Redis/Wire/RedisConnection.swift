package import Primitives

/// One connection to one server. Not for two threads at once.
///
/// After a failure it is of no more use: what it had under way is not known, and nothing more is
/// sent.
package final class RedisConnection {
    package let endpoint: RedisEndpoint
    /// Tells this connection from all others of its `RedisServers`.
    package let number: Int
    /// What the server answered to the commands that opened the connection.
    package private(set) var openingReplies: [RedisReply] = []
    /// What it answered to the question of who looks for servers.
    private(set) var questionReplies: [RedisReply] = []
    /// Commands that were sent and are not answered.
    package private(set) var commandsInFlight = 0

    private let socket: WireSocket
    private let reader = ReplyReader()
    private var inbound = [UInt8](repeating: 0, count: RedisLimits.readBytes)
    private var isOpen = false
    /// What has ended its use.
    private var trouble: RedisTrouble?
    private var lastUse: Instant

    /// How long a connection lies idle until it is looked at before it is used again.
    private static let trustedIdleTime: Duration = .milliseconds(1)

    /// Connects, says who we are, and asks what `opening` asks, all in one round trip. What it asks
    /// must change nothing, because it is asked even of a server that does not accept who we are.
    init(
        _ number: Int, to endpoint: RedisEndpoint, as identity: RedisIdentity, tls: TLSClient?,
        opening: RedisBatch, asking question: RedisBatch, options: RedisOptions,
        until deadline: Instant
    ) throws(RedisFailure) {
        let start = WireClock.now
        let end = min(deadline, start + options.connectTimeout)
        self.number = number
        self.endpoint = endpoint
        lastUse = start
        socket = try WireSocket(
            to: endpoint, tls: tls, until: end, isInterrupted: options.isInterrupted)
        try open(as: identity, with: opening, asking: question, until: end)
    }

    private func open(
        as identity: RedisIdentity, with opening: RedisBatch, asking question: RedisBatch,
        until deadline: Instant
    ) throws(RedisFailure) {
        var batch = identity.greeting
        let greetings = batch.count
        batch.append(question)
        batch.append(opening)
        // A server that is full says so before it is asked anything.
        guard !batch.isEmpty else { return isOpen = true }
        let replies: [RedisReply]
        do throws(RedisFailure) {
            replies = try exchange(batch, until: deadline)
        } catch {
            // Whatever has run of it has changed nothing.
            guard case .unknown(let trouble) = error else { throw error }
            // TLS 1.3 tells a client only now that it wants a certificate of it.
            if case .tls(let endpoint, let reason) = trouble {
                throw .refused(.tls(endpoint, reason: reason))
            }
            throw .notSent(trouble)
        }
        isOpen = true
        for (index, reply) in replies.enumerated() {
            guard let error = reply.error else { continue }
            if let failure = identity.failure(
                error, isGreeting: index < greetings, at: endpoint)
            {
                fail(.closed(endpoint))
                throw failure
            }
        }
        questionReplies = Array(replies[greetings..<greetings + question.count])
        openingReplies = Array(replies[(greetings + question.count)...])
    }

    /// Whether more may be sent.
    package var isUsable: Bool { trouble == nil }

    /// Sends commands in one write and waits for all their answers. Where it throws, what it says
    /// counts for all of them; `results` tells them apart.
    package func exchange(
        _ batch: RedisBatch, until deadline: Instant
    ) throws(RedisFailure) -> [RedisReply] {
        precondition(
            commandsInFlight == 0 || !isUsable,
            "an exchange among answers that are still to come")
        try send(batch, until: deadline)
        var replies: [RedisReply] = []
        replies.reserveCapacity(batch.count)
        for _ in 0..<batch.count { replies.append(try receive(until: deadline)) }
        return replies
    }

    /// As `exchange`, with what became of each command.
    package func results(
        of batch: RedisBatch, until deadline: Instant
    ) -> [Result<RedisReply, RedisFailure>] {
        precondition(
            commandsInFlight == 0 || !isUsable,
            "an exchange among answers that are still to come")
        let sent = push(batch, until: deadline)
        var results: [Result<RedisReply, RedisFailure>] = []
        results.reserveCapacity(batch.count)
        for _ in 0..<sent {
            do throws(RedisFailure) {
                results.append(.success(try receive(until: deadline)))
            } catch {
                results.append(.failure(error))
            }
        }
        if let trouble {
            while results.count < batch.count { results.append(.failure(.notSent(trouble))) }
        }
        return results
    }

    /// Sends commands; each has to be received for, in order. Where it throws `unknown`, those that
    /// may have gone count as under way.
    package func send(_ batch: RedisBatch, until deadline: Instant) throws(RedisFailure) {
        let sent = push(batch, until: deadline)
        guard let trouble, sent < batch.count else { return }
        throw sent == 0 ? .notSent(trouble) : .unknown(trouble)
    }

    /// The answer to the oldest command that is under way. After a failure of `send` it gives those
    /// that have come.
    package func receive(until deadline: Instant) throws(RedisFailure) -> RedisReply {
        precondition(commandsInFlight > 0, "an answer is waited for that nobody asked for")
        do throws(RedisTrouble) {
            while true {
                if let reply = try nextReply() { return reply }
                // Of what has come some may still be sealed, and no wait would end for it.
                if socket.isTLS, try fill() { continue }
                try socket.waitForReading(until: deadline)
                try fill()
            }
        } catch {
            fail(error)
            throw .unknown(error)
        }
    }
}

extension RedisConnection {
    /// How many commands may have run, all of them unless there was trouble.
    private func push(_ batch: RedisBatch, until deadline: Instant) -> Int {
        precondition(
            commandsInFlight + batch.count <= RedisLimits.commandsInFlight,
            "more commands are sent than may be under way")
        if commandsInFlight == 0, isUsable, isOpen { lookWhetherStale() }
        guard isUsable else { return 0 }
        let goneBefore = socket.bytesGone
        var start = 0
        do throws(RedisTrouble) {
            while start < batch.byteCount {
                start += try write(batch, from: start, until: deadline)
            }
            try flush(until: deadline)
            commandsInFlight += batch.count
            return batch.count
        } catch {
            fail(error)
            let sent = commands(of: batch, in: socket.bytesGone - goneBefore)
            commandsInFlight += sent
            // The server may have answered some before it ended the connection.
            while (try? fill()) == true {}
            return sent
        }
    }

    /// The server runs no command before it has all of it. Of what is sealed we cannot say how much
    /// that is.
    private func commands(of batch: RedisBatch, in gone: Int) -> Int {
        if socket.isTLS { return gone > 0 ? batch.count : 0 }
        return batch.ends.prefix { $0 <= gone }.count
    }

    private func fail(_ trouble: RedisTrouble) {
        if self.trouble == nil { self.trouble = trouble }
    }

    private func nextReply() throws(RedisTrouble) -> RedisReply? {
        if let reply = reader.next() {
            commandsInFlight -= 1
            if commandsInFlight == 0 { lastUse = WireClock.now }
            return reply
        }
        if let trouble { throw trouble }
        if reader.isBroken { throw .badReply(endpoint) }
        return nil
    }

    /// Takes what has come; false where nothing has.
    @discardableResult
    private func fill() throws(RedisTrouble) -> Bool {
        guard reader.unreadBytes <= RedisLimits.unreadBytes else { throw .badReply(endpoint) }
        let progress = unsafe inbound.withUnsafeMutableBytes { buffer in
            let progress = unsafe socket.read(into: buffer)
            if case .moved(let count) = progress {
                unsafe reader.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
            return progress
        }
        switch progress {
        case .moved: return true
        case .wouldBlock: return false
        case .closed: throw .closed(endpoint)
        case .failed(let trouble): throw trouble
        }
    }

    /// How many bytes were taken.
    private func write(
        _ batch: RedisBatch, from start: Int, until deadline: Instant
    ) throws(RedisTrouble) -> Int {
        let progress = unsafe batch.withBytes(from: start) { unsafe socket.write($0) }
        if case .moved(let count) = progress { return count }
        try wait(after: progress, until: deadline)
        return 0
    }

    private func flush(until deadline: Instant) throws(RedisTrouble) {
        while true {
            let progress = socket.flush()
            if case .moved = progress { return }
            try wait(after: progress, until: deadline)
        }
    }

    private func wait(
        after progress: WireSocket.Progress, until deadline: Instant
    ) throws(RedisTrouble) {
        switch progress {
        case .moved: return
        case .closed: throw .closed(endpoint)
        case .failed(let trouble): throw trouble
        case .wouldBlock:
            try socket.waitForWriting(until: deadline)
            try fill()
        }
    }

    /// A server may have ended the connection while it lay idle: then surely nothing has run.
    private func lookWhetherStale() {
        let isLeftOver = reader.unreadBytes > 0
        guard isLeftOver || WireClock.now - lastUse > Self.trustedIdleTime else { return }
        if isLeftOver || socket.isStale { fail(.closed(endpoint)) }
    }
}

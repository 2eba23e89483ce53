package import Primitives

extension RedisServers {
    /// What becomes of commands that are all about one key, sent in one write to who has it.
    ///
    /// What has surely not run is tried again, elsewhere or later, until the deadline. An answer
    /// that is an error of that kind is given as it is when the deadline has passed.
    package func perform(
        _ batch: RedisBatch, forKey key: String, until deadline: Instant
    ) -> [Result<RedisReply, RedisFailure>] {
        guard !batch.isEmpty else { return [] }
        var round = Round(batch)
        var pauses = Pauses()
        while true {
            do throws(RedisFailure) {
                try send(&round, forKey: key, until: deadline)
            } catch {
                round.fail(error)
            }
            guard !round.isDone, WireClock.now < deadline else { return round.results }
            do throws(RedisTrouble) {
                try pauses.pause(until: deadline, options)
            } catch {
                return round.results
            }
        }
    }

    /// As `perform`; throws the first failure there is.
    package func exchange(
        _ batch: RedisBatch, forKey key: String, until deadline: Instant
    ) throws(RedisFailure) -> [RedisReply] {
        var replies: [RedisReply] = []
        replies.reserveCapacity(batch.count)
        for result in perform(batch, forKey: key, until: deadline) {
            replies.append(try result.get())
        }
        return replies
    }

    private func send(
        _ round: inout Round, forKey key: String, until deadline: Instant
    ) throws(RedisFailure) {
        let connection: RedisConnection
        if let place = round.asked {
            connection = try node(place, until: deadline)
        } else {
            connection = try self.connection(forKey: key, until: deadline)
        }
        round.take(connection.results(of: round.commands, until: deadline))
        if !connection.isUsable {
            drop(connection)
            // The next one that is opened may be another server.
            lookAgain()
        }
        for error in round.errors { report(error, from: connection) }
        round.settleAsking(connection.endpoint)
    }
}

/// Commands of which some have to be sent again.
private struct Round {
    private let batch: RedisBatch
    private(set) var results: [Result<RedisReply, RedisFailure>]
    /// Those that are to be sent, by their places.
    private var open: [Int]
    /// The node that asks to be asked, once.
    private(set) var asked: RedisEndpoint?

    init(_ batch: RedisBatch) {
        self.batch = batch
        open = Array(0..<batch.count)
        results = []
    }

    var isDone: Bool { open.isEmpty }

    /// What is sent now. A node that asks to be asked wants to hear it before each command.
    var commands: RedisBatch {
        if asked == nil, open.count == batch.count { return batch }
        var commands = RedisBatch()
        for index in open {
            if asked != nil { commands.append(["ASKING"]) }
            commands.append(commandAt: index, of: batch)
        }
        return commands
    }

    /// Nothing was sent, or the server would not have us. Who has answered by an error of place
    /// keeps that.
    mutating func fail(_ failure: RedisFailure) {
        if results.isEmpty {
            results = Array(repeating: .failure(failure), count: batch.count)
        }
        for index in open {
            if case .failure = results[index] { results[index] = .failure(failure) }
        }
        open = []
    }

    mutating func take(_ answers: [Result<RedisReply, RedisFailure>]) {
        let stride = asked == nil ? 1 : 2
        if results.isEmpty, open.count == batch.count, stride == 1 {
            results = answers
        } else {
            for (place, index) in open.enumerated() {
                results[index] = answers[place * stride + stride - 1]
            }
        }
        asked = nil
        var isAgain = false
        open = open.filter { index in
            isAgain = isElsewhere(index) || isAgain && batch.followers.contains(index)
            return isAgain
        }
    }

    private func isElsewhere(_ index: Int) -> Bool {
        switch results[index] {
        case .success(.error(let error)): error.isElsewhereOrLater
        case .failure(.notSent(let trouble)): trouble != .interrupted
        case .success, .failure: false
        }
    }

    /// What those say that have to be sent again.
    var errors: [RedisError] {
        open.compactMap { index in
            if case .success(.error(let error)) = results[index] { error } else { nil }
        }
    }

    /// Where one node is handing a slot over to another, its commands are put to that one.
    mutating func settleAsking(_ endpoint: RedisEndpoint) {
        for error in errors {
            guard case .ask(_, let host, let port) = error.kind else { continue }
            asked = RedisEndpoint(host: host.isEmpty ? endpoint.host : host, port: port)
            return
        }
    }
}

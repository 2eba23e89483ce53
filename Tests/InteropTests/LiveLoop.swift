import Network

extension EventLoop {
    /// Runs work on the loop and waits for its answer; that the loop has ended is a failure, too.
    func answer<Answer: Sendable>(
        of work: @escaping @Sendable () throws -> Answer
    ) throws -> Answer {
        let result = perform { Result { try work() } }
        guard let result else { throw LiveFailure("the loop has ended") }
        return try result.get()
    }

    /// Stops the loop and waits for its end; not from the loop, whose last work may come by here.
    func end() {
        stop()
        if !isOnLoop { join() }
    }
}

internal import CHiredis

/// Takes bytes as they come and gives replies: the only owner of a reader of hiredis.
///
/// hiredis finds the values; what they become is made here, within limits, so that a server cannot
/// make us hold more than those.
@safe package final class ReplyReader {
    private let reader: UnsafeMutablePointer<redisReader>
    private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
    private let builder = ReplyBuilder()
    package private(set) var isBroken = false

    package init() {
        let functions = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
        unsafe functions.initialize(to: ReplyBuilder.functions)
        guard let reader = unsafe redisReaderCreateWithFunctions(functions) else {
            preconditionFailure("there is no memory for a reader of replies")
        }
        unsafe reader.pointee.privdata = Unmanaged.passUnretained(builder).toOpaque()
        unsafe self.reader = unsafe reader
        unsafe self.functions = unsafe functions
    }

    deinit {
        unsafe redisReaderFree(reader)
        unsafe functions.deallocate()
    }

    /// Bytes that have come and are not yet part of a reply that was given.
    package var unreadBytes: Int { unsafe reader.pointee.len - reader.pointee.pos }

    package func feed(_ bytes: UnsafeRawBufferPointer) {
        guard !isBroken, let base = bytes.baseAddress, unsafe !bytes.isEmpty else { return }
        let start = unsafe base.assumingMemoryBound(to: CChar.self)
        if unsafe redisReaderFeed(reader, start, bytes.count) != REDIS_OK { isBroken = true }
    }

    /// The next reply; nil while it is not complete, and for ever once something was wrong.
    package func next() -> RedisReply? {
        guard !isBroken else { return nil }
        var object: UnsafeMutableRawPointer?
        guard unsafe redisReaderGetReply(reader, &object) == REDIS_OK else {
            isBroken = true
            return nil
        }
        guard unsafe object != nil else {
            if unreadBytes > RedisLimits.unreadBytes { isBroken = true }
            return nil
        }
        guard let reply = builder.take() else {
            isBroken = true
            return nil
        }
        return reply
    }
}

/// Makes one reply of the values that hiredis finds, which come in the order they are written in.
private final class ReplyBuilder {
    private var open: [OpenArray] = []
    private var finished: RedisReply?
    /// Values that have come, and those that arrays have promised.
    private var promised = 1

    private struct OpenArray {
        var missing: Int
        var values: [RedisReply]
    }

    func take() -> RedisReply? {
        defer {
            finished = nil
            promised = 1
        }
        return open.isEmpty ? finished : nil
    }

    /// False where the reply goes on after its end.
    func add(_ value: RedisReply) -> Bool {
        guard finished == nil else { return false }
        guard !open.isEmpty else {
            finished = value
            return true
        }
        putIntoLast(value)
        return true
    }

    /// What is full becomes a value of the array around it.
    private func putIntoLast(_ value: RedisReply) {
        let last = open.count - 1
        open[last].values.append(value)
        open[last].missing -= 1
        guard open[last].missing == 0 else { return }
        let whole = RedisReply.array(open.removeLast().values)
        if open.isEmpty { finished = whole } else { putIntoLast(whole) }
    }

    /// False where the reply is beyond the limits, too.
    func begin(_ count: Int) -> Bool {
        guard finished == nil, count >= 0, count <= RedisLimits.replyElements - promised else {
            return false
        }
        if count == 0 { return add(.array([])) }
        promised += count
        var values: [RedisReply] = []
        // More is taken only when the values have come.
        values.reserveCapacity(min(count, 64))
        open.append(OpenArray(missing: count, values: values))
        return true
    }

    fileprivate static func words(_ bytes: UnsafeRawBufferPointer) -> String {
        let end = min(bytes.count, RedisLimits.wordsLength)
        return unsafe String(
            decoding: UnsafeRawBufferPointer(rebasing: bytes[..<end]), as: UTF8.self)
    }
}

extension ReplyBuilder {
    /// What hiredis calls for each value. It only looks whether there is an object for it: without
    /// one the reply is an error, which ends the connection.
    static var functions: redisReplyObjectFunctions {
        unsafe redisReplyObjectFunctions(
            createString: { task, start, count in
                guard let task = unsafe task else { return nil }
                let bytes = unsafe UnsafeRawBufferPointer(start: start, count: count)
                let value: RedisReply =
                    switch unsafe task.pointee.type {
                    case REDIS_REPLY_ERROR: unsafe .error(RedisError(ReplyBuilder.words(bytes)))
                    case REDIS_REPLY_STATUS: unsafe .status(ReplyBuilder.words(bytes))
                    default: unsafe .bytes(Array(bytes))
                    }
                return unsafe ReplyBuilder.of(task).add(value) ? ReplyBuilder.object : nil
            },
            createArray: { task, count in
                guard let task = unsafe task else { return nil }
                return unsafe ReplyBuilder.of(task).begin(Int(count)) ? ReplyBuilder.object : nil
            },
            createInteger: { task, number in
                guard let task = unsafe task else { return nil }
                return unsafe ReplyBuilder.of(task).add(.integer(number))
                    ? ReplyBuilder.object : nil
            },
            createNil: { task in
                guard let task = unsafe task else { return nil }
                return unsafe ReplyBuilder.of(task).add(.nothing) ? ReplyBuilder.object : nil
            },
            freeObject: { _ in })
    }

    private static func of(_ task: UnsafePointer<redisReadTask>) -> ReplyBuilder {
        guard let builder = unsafe task.pointee.privdata else {
            preconditionFailure("a reader of replies has no builder")
        }
        return unsafe Unmanaged<ReplyBuilder>.fromOpaque(builder).takeUnretainedValue()
    }

    private static var object: UnsafeMutableRawPointer? {
        unsafe UnsafeMutableRawPointer(bitPattern: 1)
    }
}

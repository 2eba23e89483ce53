/// What a server answers to one command, as RESP2 has it.
package enum RedisReply: Sendable, Equatable {
    case nothing
    case integer(Int64)
    case bytes([UInt8])
    case status(String)
    case array([RedisReply])
    case error(RedisError)
}

extension RedisReply {
    /// The text of bytes or of a status; nil for all else.
    package var text: String? {
        switch self {
        case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
        case .status(let text): text
        case .nothing, .integer, .array, .error: nil
        }
    }

    /// An integer, or bytes that are the digits of one.
    package var number: Int64? {
        switch self {
        case .integer(let number): number
        case .bytes, .status: text.flatMap { Int64($0) }
        case .nothing, .array, .error: nil
        }
    }

    package var elements: [RedisReply]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    package var error: RedisError? {
        if case .error(let error) = self { error } else { nil }
    }
}

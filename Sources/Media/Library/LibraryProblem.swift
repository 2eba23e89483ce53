internal import CFFmpeg
internal import Glibc

/// What a function of the library said when it failed.
package struct LibraryProblem: Sendable, Equatable {
    /// The function's name in C.
    package let function: String
    /// A negative errno, or a code of the library's own.
    package let code: Int32
    /// What the library calls the code.
    package let meaning: String
    /// The last lines that the libraries have logged since the operation began.
    package let log: [String]

    /// Kinds of failure that a user can do different things about.
    package enum Cause: Sendable, Hashable {
        case notFound
        case permission
        case connectionRefused
        case unreachable
        case connectionLost
        case timedOut
        case unknownHost
        case invalidData
        case unknownFormat
        case unknownProtocol
        case http(status: Int)
        case noSpace
        case busy
        case other
    }

    init(_ function: String, _ code: Int32, since mark: LibraryLog.Mark) {
        self.function = function
        self.code = code
        meaning = Self.words(code)
        log = LibraryLog.shared.lines(since: mark)
    }

    package var cause: Cause {
        switch code {
        case -ENOENT, -ENODEV, -ENXIO: .notFound
        case -EACCES, -EPERM: .permission
        case -ECONNREFUSED: .connectionRefused
        case -ENETUNREACH, -EHOSTUNREACH: .unreachable
        case -EPIPE, -ECONNRESET, -ECONNABORTED: .connectionLost
        case -ETIMEDOUT: .timedOut
        case -ENOSPC, -EDQUOT, -EFBIG: .noSpace
        case -EBUSY: .busy
        case lc_averror_invalid_data: .invalidData
        case lc_averror_not_found_demuxer, lc_averror_not_found_muxer: .unknownFormat
        case lc_averror_not_found_protocol: .unknownProtocol
        case lc_averror_http_400: .http(status: 400)
        case lc_averror_http_401: .http(status: 401)
        case lc_averror_http_403: .http(status: 403)
        case lc_averror_http_404: .http(status: 404)
        case lc_averror_http_4xx: .http(status: 499)
        case lc_averror_http_5xx: .http(status: 500)
        // The library has one code for all that a resolver says.
        case -EIO where log.contains(where: { $0.hasPrefix("Failed to resolve hostname") }):
            .unknownHost
        default: .other
        }
    }

    private static func words(_ code: Int32) -> String {
        var text = [CChar](repeating: 0, count: Int(AV_ERROR_MAX_STRING_SIZE))
        _ = unsafe av_strerror(code, &text, text.count)
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

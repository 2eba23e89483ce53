/// Why a request is refused, and the connection closed after it.
package enum HTTPProblem: Error, Sendable, Equatable, CaseIterable {
    case badRequestLine
    case badTarget
    case badVersion
    case badFieldName
    case badFieldValue
    case badLineEnd
    case foldedField
    case missingHost
    case badHost
    case badContentLength
    case lengthAndChunked
    case chunkedBeforeHTTP11
    case badTransferCoding
    case badChunk
    case bodyTooLarge
    case targetTooLong
    case unmetExpectation
    case headerTooLarge
    case tooManyFields
    case unknownMethod
    case unknownTransferCoding
    case unknownVersion

    /// The status code to answer with.
    package var status: Int {
        switch self {
        case .badRequestLine, .badTarget, .badVersion, .badFieldName, .badFieldValue, .badLineEnd,
            .foldedField, .missingHost, .badHost, .badContentLength, .lengthAndChunked,
            .chunkedBeforeHTTP11, .badTransferCoding, .badChunk:
            400
        case .bodyTooLarge: 413
        case .targetTooLong: 414
        case .unmetExpectation: 417
        case .headerTooLarge, .tooManyFields: 431
        case .unknownMethod, .unknownTransferCoding: 501
        case .unknownVersion: 505
        }
    }
}

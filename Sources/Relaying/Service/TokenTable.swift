package import Signaling
import Primitives

/// Reads files of bearer tokens: one a line, `#` begins a comment.
package enum TokenTable {
    package struct Problem: Error, Sendable, Equatable {
        package enum Kind: Sendable, Equatable {
            case empty
            case notText
            case tooManyTokens(limit: Int)
            /// Visible ASCII, as an Authorization field can carry it.
            case badToken(line: Int)
            case badShow(line: Int)
            case badRole(line: Int)
            case badLine(line: Int)
        }

        package let path: String
        package let kind: Kind
    }

    package static let maximumBytes = 1 << 20
    package static let maximumTokens = 4096
    static let maximumTokenBytes = 512

    /// Tokens that open every show.
    package static func general(
        _ bytes: [UInt8], path: String
    ) throws(Problem) -> [EndpointOptions.Access] {
        try lines(bytes, path).map { number, words throws(Problem) in
            guard words.count == 1 else {
                throw Problem(path: path, kind: .badToken(line: number))
            }
            return EndpointOptions.Access(name: nil, bearer: try token(words[0], number, path))
        }
    }

    /// Lines of `SHOW publish TOKEN` and `SHOW play TOKEN`.
    package static func byShow(
        _ bytes: [UInt8], path: String
    ) throws(Problem) -> (publish: [EndpointOptions.Access], play: [EndpointOptions.Access]) {
        var publish: [EndpointOptions.Access] = []
        var play: [EndpointOptions.Access] = []
        for (number, words) in try lines(bytes, path) {
            guard words.count == 3 else {
                throw Problem(path: path, kind: .badLine(line: number))
            }
            guard SignalingEndpoint.isName(words[0]) else {
                throw Problem(path: path, kind: .badShow(line: number))
            }
            let access = EndpointOptions.Access(
                name: String(words[0]), bearer: try token(words[2], number, path))
            switch words[1] {
            case "publish": publish.append(access)
            case "play": play.append(access)
            default: throw Problem(path: path, kind: .badRole(line: number))
            }
        }
        return (publish, play)
    }

    private static func lines(
        _ bytes: [UInt8], _ path: String
    ) throws(Problem) -> [(number: Int, words: [Substring])] {
        guard let text = String(validating: bytes.span) else {
            throw Problem(path: path, kind: .notText)
        }
        var found: [(number: Int, words: [Substring])] = []
        let lines = text.split(
            omittingEmptySubsequences: false, whereSeparator: { $0.isNewline })
        for (index, line) in lines.enumerated() {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard let first = words.first, first.first != "#" else { continue }
            found.append((index + 1, words))
        }
        guard !found.isEmpty else { throw Problem(path: path, kind: .empty) }
        guard found.count <= maximumTokens else {
            throw Problem(path: path, kind: .tooManyTokens(limit: maximumTokens))
        }
        return found
    }

    private static func token(
        _ word: Substring, _ line: Int, _ path: String
    ) throws(Problem) -> String {
        guard word.utf8.count <= maximumTokenBytes,
            word.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw Problem(path: path, kind: .badToken(line: line)) }
        return String(word)
    }
}

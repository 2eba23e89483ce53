import HTTP
import Primitives

/// A connection's bytes, cut where the first two say: the requests must be those of the whole.
/// What parses as a URL, a link or a media type must print so that it parses to the same.
package func fuzzHTTP(_ bytes: [UInt8]) {
    guard bytes.count >= 2 else { return }
    let input = bytes.dropFirst(2)
    let whole = outcome(of: [input])
    let first = input.startIndex + Int(bytes[0]) % (input.count + 1)
    let second = first + Int(bytes[1]) % (input.endIndex - first + 1)
    let pieces = [input[..<first], input[first..<second], input[second...]]
    precondition(outcome(of: pieces) == whole, "the split changed the outcome")
    precondition(outcome(of: input.indices.map { input[$0...$0] }) == whole, "byte by byte")

    let text = String(decoding: input, as: UTF8.self)
    if let url = try? URL(parsing: text) {
        precondition((try? URL(parsing: url.text)) == url, "a URL that does not survive")
        if let other = try? url.resolving(text) {
            precondition((try? URL(parsing: other.text))?.text == other.text, "a resolved URL")
        }
    }
    for link in LinkField.parse(text) {
        precondition(LinkField.parse(link.text) == [link], "a link that does not survive")
    }
    if let type = MediaType(parsing: text) {
        precondition(MediaType(parsing: type.text) == type, "a media type")
    }
    if let address = SocketAddress(text) {
        precondition(SocketAddress(address.description) == address, "an address")
    }
    _ = text.percentDecoded
}

private struct Outcome: Equatable {
    var events: [HTTPRequestEvent] = []
    var problem: HTTPProblem?
}

private func outcome(of pieces: [ArraySlice<UInt8>]) -> Outcome {
    var parser = HTTPRequestParser(
        limits: HTTPLimits(requestLineBytes: 64, headerBytes: 256, headerCount: 8, bodyBytes: 64))
    var outcome = Outcome()
    for piece in pieces {
        parser.add(Array(piece).span)
        do {
            while true {
                let event = try parser.next()
                if event == .starved { break }
                outcome.events.append(event)
            }
        } catch {
            outcome.problem = error
            return outcome
        }
    }
    return outcome
}

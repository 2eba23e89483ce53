import Primitives
import WebRTC

/// STUN, candidates and TURN streams: what parses is written and parses to the same.
package func fuzzSTUN(_ bytes: [UInt8]) {
    if let message = try? STUNMessage(parsing: bytes.span) {
        var again = message
        again.data = message.dataRange.map { Array(bytes[$0]) }
        // What had to be understood and was not is only written into a 420.
        again.unknownAttributes = []
        let written = again.bytes(key: nil)
        precondition((try? STUNMessage(parsing: written.span)) != nil, "what we write is STUN")
        _ = message.hasIntegrity(bytes.span, key: [1, 2, 3].span)
    }
    let text = String(decoding: bytes, as: UTF8.self)
    if let candidate = try? ICECandidate(text) {
        precondition((try? ICECandidate(candidate.text)) == candidate, "a candidate")
    }
    if let address = SocketAddress(text) {
        precondition(SocketAddress(address.description) == address, "an address")
    }
    cutStream(bytes)
}

/// However a stream is cut, the messages are the same.
private func cutStream(_ bytes: [UInt8]) {
    let cut = bytes.isEmpty ? 0 : Int(bytes[0]) % bytes.count
    var whole: [[UInt8]] = []
    var pieces: [[UInt8]] = []
    var one = TURNStreamReader()
    let isWhole = one.add(bytes.span) { whole.append(Array(copying: $0)) }
    var two = TURNStreamReader()
    var isEachWhole = true
    for piece in [Array(bytes[..<cut]), Array(bytes[cut...])] where isEachWhole {
        isEachWhole = two.add(piece.span) { pieces.append(Array(copying: $0)) }
    }
    precondition(isWhole == isEachWhole && (!isWhole || whole == pieces), "cut differently")
}

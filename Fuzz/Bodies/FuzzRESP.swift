import Stores

/// What a hostile server of Redis may say, cut where the first two bytes say: the replies must be
/// those of the whole. They are read as all that we ask for, and as an address.
package func fuzzRESP(_ bytes: [UInt8]) {
    guard bytes.count >= 2 else { return }
    let input = Array(bytes.dropFirst(2))
    let whole = replies([input[...]])
    let first = Int(bytes[0]) % (input.count + 1)
    let second = first + Int(bytes[1]) % (input.count - first + 1)
    precondition(
        replies([input[..<first], input[first..<second], input[second...]]) == whole,
        "the split changed the replies")
    precondition(replies(input.indices.map { input[$0...$0] }) == whole, "byte by byte")

    let asked = RedisEndpoint(host: "asked", port: 1)
    for reply in whole {
        _ = (reply.text, reply.number, reply.error?.kind, reply.error?.isElsewhereOrLater)
        let map = SlotMap(reply, from: asked)
        for slot in [0, 1, 8192, KeySlot.count - 1] {
            guard let owner = map.owner(of: slot) else { continue }
            precondition(map.nodes.contains(owner), "a slot of a node that is not there")
        }
    }
    if let answer = SentinelAnswer(whole) {
        precondition(!answer.primary.host.isEmpty, "a primary without a host")
    }
    let text = String(decoding: input, as: UTF8.self)
    precondition((0..<KeySlot.count).contains(KeySlot.of(text)), "a slot that is not there")
    packed(text)
    if let address = try? RedisAddress(text) {
        precondition(RedisAddress.isMeant(by: text), "an address that is not meant")
        precondition(address.database <= RedisAddress.highestDatabase, "a database too high")
    }
}

/// What we send is what a server reads as it was meant: an array of bytes, in RESP as well.
private func packed(_ text: String) {
    let words = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var batch = RedisBatch()
    batch.append(words)
    let sent: [RedisReply] = [.array(words.map { .bytes(Array($0.utf8)) })]
    precondition(replies([batch.bytes[...]]) == sent, "a command that reads otherwise")
}

private func replies(_ pieces: [ArraySlice<UInt8>]) -> [RedisReply] {
    let reader = ReplyReader()
    var replies: [RedisReply] = []
    for piece in pieces {
        unsafe piece.withUnsafeBytes { unsafe reader.feed($0) }
        while let reply = reader.next() { replies.append(reply) }
    }
    return replies
}

/// What one sentinel says of a primary.
package struct SentinelAnswer: Equatable {
    package let primary: RedisEndpoint
    /// Rises with each fail-over: who has the higher one knows of more.
    let epoch: Int64

    /// What is asked of a sentinel.
    static func question(_ name: String) -> RedisBatch {
        var batch = RedisBatch("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name)
        batch.append(["SENTINEL", "MASTER", name])
        return batch
    }

    /// Nil where it does not know the name.
    package init?(_ replies: [RedisReply]) {
        guard replies.count == 2, let place = replies[0].elements, place.count == 2,
            let host = place[0].text, !host.isEmpty,
            let port = place[1].number.flatMap({ UInt16(exactly: $0) }), port > 0
        else { return nil }
        primary = RedisEndpoint(host: host, port: port)
        let fields = replies[1].elements ?? []
        let name = fields.indices.first { $0 % 2 == 0 && fields[$0].text == "config-epoch" }
        epoch = name.flatMap { $0 + 1 < fields.count ? fields[$0 + 1].number : nil } ?? 0
    }

    init(primary: RedisEndpoint, epoch: Int64) {
        self.primary = primary
        self.epoch = epoch
    }

    /// The newest of what sentinels say; what more of them say, among equals, and then the first.
    static func newest(_ answers: [SentinelAnswer]) -> RedisEndpoint? {
        guard let epoch = answers.map(\.epoch).max() else { return nil }
        let newest = answers.filter { $0.epoch == epoch }
        var best: (primary: RedisEndpoint, votes: Int)?
        for answer in newest {
            let votes = newest.filter { $0.primary == answer.primary }.count
            if votes > best?.votes ?? 0 { best = (answer.primary, votes) }
        }
        return best?.primary
    }
}

import Commerce
import Primitives

extension RedisStore {
    /// How many replicas must have a confirmation before it is told.
    ///
    /// Where the address leaves it to the server: as many as that wants for writing at all, and one
    /// where it has any, or where sentinels watch it: a primary that is cut off has lost its
    /// replicas, and will be replaced.
    func replicasToWaitFor(
        _ attachment: Attachment, _ name: CatalogueName, until deadline: Instant
    ) throws(RedisFailure) -> Int {
        if let known = knownReplicasToWaitFor(attachment) { return known }
        var batch = RedisBatch("INFO", "replication")
        batch.append(["CONFIG", "GET", "min-replicas-to-write"])
        let replies: [RedisReply]
        do throws(RedisFailure) {
            replies = try attachment.connection.exchange(batch, until: deadline)
        } catch {
            throw error.ofQuestion
        }
        return keepReplicasToWaitFor(
            connected: Self.connectedReplicas(in: replies[0]),
            required: replies[1].elements?.last?.number ?? 0, attachment, name)
    }

    /// Where the address says it, or where it was found out before.
    func knownReplicasToWaitFor(_ attachment: Attachment) -> Int? {
        if case .replicas(let count) = waits { return count }
        return attachment.replicas
    }

    /// What the server's own words come to, for all that follows on its connection.
    func keepReplicasToWaitFor(
        connected: Int64, required: Int64, _ attachment: Attachment, _ name: CatalogueName
    ) -> Int {
        let hasReplicas = isWatched || connected > 0
        let count = max(Int(clamping: required), hasReplicas ? 1 : 0)
        var known = knownAttachment(of: name) ?? attachment
        known.replicas = count
        put(known, for: name)
        return count
    }

    static func connectedReplicas(in info: RedisReply) -> Int64 {
        infoField("connected_slaves", of: info.text ?? "").flatMap { Int64($0) } ?? 0
    }
}

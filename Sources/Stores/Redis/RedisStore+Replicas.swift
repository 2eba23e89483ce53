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
        if case .replicas(let count) = waits { return count }
        if let known = attachment.replicas { return known }
        var batch = RedisBatch("INFO", "replication")
        batch.append(["CONFIG", "GET", "min-replicas-to-write"])
        let replies: [RedisReply]
        do throws(RedisFailure) {
            replies = try attachment.connection.exchange(batch, until: deadline)
        } catch {
            // Nothing that was asked changes anything.
            guard case .unknown(let trouble) = error else { throw error }
            throw .notSent(trouble)
        }
        let connected = Self.infoField("connected_slaves", of: replies[0].text ?? "") ?? "0"
        let wanted = replies[1].elements?.last?.number ?? 0
        let hasReplicas = isWatched || (Int(connected) ?? 0) > 0
        let count = max(Int(clamping: wanted), hasReplicas ? 1 : 0)
        var known = knownAttachment(of: name) ?? attachment
        known.replicas = count
        put(known, for: name)
        return count
    }
}

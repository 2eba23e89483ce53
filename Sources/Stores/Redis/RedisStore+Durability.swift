package import Commerce
import Primitives

extension RedisStore {
    private static let settings = [
        "appendonly", "appendfsync", "maxmemory", "maxmemory-policy", "min-replicas-to-write",
        "stop-writes-on-bgsave-error",
    ]

    /// What of the settings of the server that has a catalogue can lose confirmed sales.
    package func warnings(for name: CatalogueName) throws -> [DurabilityWarning] {
        let deadline = deadline
        var batch = RedisBatch("INFO", "replication")
        for setting in Self.settings { batch.append(["CONFIG", "GET", setting]) }
        let replies = try ask(name, batch, until: deadline)
        var values: [String: String] = [:]
        for (setting, reply) in zip(Self.settings, replies.dropFirst()) {
            guard let words = reply.elements, words.count == 2, let value = words[1].text else {
                return [.cannotTell(reply.error?.text ?? setting)]
            }
            values[setting] = value
        }
        let connected = Self.connectedReplicas(in: replies[0])
        let attachment = try attached(name, until: deadline)
        let waited =
            knownReplicasToWaitFor(attachment)
            ?? keepReplicasToWaitFor(
                connected: connected,
                required: values["min-replicas-to-write"].flatMap { Int64($0) } ?? 0,
                attachment, name)
        return Self.warnings(values, connected: connected, waited: Int64(waited))
    }

    static func warnings(
        _ values: [String: String], connected: Int64, waited: Int64
    ) -> [DurabilityWarning] {
        var warnings: [DurabilityWarning] = []
        if values["appendonly"] != "yes" {
            warnings.append(.noAppendOnlyFile)
            if values["stop-writes-on-bgsave-error"] == "no" {
                warnings.append(.writesWithoutSaving)
            }
        } else if let sync = values["appendfsync"], sync != "always" {
            warnings.append(.appendOnlyFileSynced(sync))
        }
        if let policy = values["maxmemory-policy"], policy != "noeviction",
            values["maxmemory"] != "0"
        {
            warnings.append(.evicts(policy: policy))
        }
        if waited > connected {
            warnings.append(.waitsForAbsent(waited: waited, connected: connected))
        }
        guard connected > 0 else { return warnings }
        if values["min-replicas-to-write"] == "0" {
            warnings.append(.noReplicasRequired(connected: connected))
        }
        if waited == 0 {
            warnings.append(.waitsForNoReplica(connected: connected))
        } else if waited < connected {
            warnings.append(.waitsForFew(waited: waited, connected: connected))
        }
        return warnings
    }
}

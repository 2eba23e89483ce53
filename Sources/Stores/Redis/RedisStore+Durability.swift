package import Commerce
import Primitives

/// A setting of a server with which a confirmed sale may be lost. Facts only.
package enum DurabilityWarning: Sendable, Equatable {
    /// Nothing is written to disk before an answer: a crash loses what came after the last snapshot.
    case noAppendOnlyFile
    /// The file is synced once a second or less often: a power cut loses what came after that.
    case appendOnlyFileSynced(String)
    /// Where memory is short, keys are thrown away, whatever they are.
    case evicts(policy: String)
    /// It writes also where no replica follows: after a fail-over that may be gone.
    case noReplicasRequired(connected: Int64)
    /// Confirmations are told before any replica has them.
    case waitsForNoReplica(connected: Int64)
    /// Confirmations wait for some of the replicas: a fail-over may choose another.
    case waitsForFew(waited: Int64, connected: Int64)
    /// Changes that cannot be saved are taken all the same.
    case writesWithoutSaving
    /// The server does not say how it is set.
    case cannotTell(String)
}

extension RedisStore {
    private static let settings = [
        "appendonly", "appendfsync", "maxmemory", "maxmemory-policy", "min-replicas-to-write",
        "stop-writes-on-bgsave-error",
    ]

    /// What of the settings of the server that has a catalogue can lose confirmed sales.
    package func durabilityWarnings(
        for name: CatalogueName
    ) throws -> [DurabilityWarning] {
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
        let info = replies[0].text ?? ""
        let connected = Self.infoField("connected_slaves", of: info).flatMap { Int64($0) } ?? 0
        let attachment = try attached(name, until: deadline)
        let waited: Int
        do throws(RedisFailure) {
            waited = try replicasToWaitFor(attachment, name, until: deadline)
        } catch {
            throw StoreError(error, server: address)
        }
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

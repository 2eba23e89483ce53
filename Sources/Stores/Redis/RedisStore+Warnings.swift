package import Commerce

extension RedisStore {
    /// What the server that serves a catalogue says of itself.
    package func warnings(for name: CatalogueName) throws -> [DurabilityWarning] {
        var batch = RedisBatch("INFO", "replication")
        let settings = ["appendonly", "appendfsync", "maxmemory-policy", "min-replicas-to-write"]
        for setting in settings { batch.append(["CONFIG", "GET", setting]) }
        let replies = try ask(name, batch, until: deadline)
        if let error = replies.dropFirst().compactMap(\.error).first {
            return [.unreadable(reason: error.text)]
        }
        let values = replies.dropFirst().map { $0.elements?.last?.text ?? "" }
        var warnings: [DurabilityWarning] = []
        if values[0] != "yes" {
            warnings.append(.memoryOnly)
        } else if values[1] != "always" {
            warnings.append(.lateSync(policy: values[1]))
        }
        if values[2] != "noeviction" { warnings.append(.evicts(policy: values[2])) }
        let connected = Self.infoField("connected_slaves", of: replies[0].text ?? "") ?? "0"
        let replicas = Int(connected) ?? 0
        guard replicas > 0 else { return warnings }
        if case .replicas(0) = waits { warnings.append(.noWait(replicas: replicas)) }
        if values[3] == "0" { warnings.append(.writesAlone) }
        return warnings
    }
}

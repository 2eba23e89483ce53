import Glibc

/// A primary and replicas of it.
package final class RedisReplicas {
    package let primary: RedisServer
    package let replicas: [RedisServer]

    package init(replicas count: Int, _ lines: [String] = []) throws {
        let lines = lines + ["repl-diskless-sync-delay 0", "repl-ping-replica-period 1"]
        let primary = try RedisServer(lines)
        self.primary = primary
        replicas = try (0..<count).map { _ in
            try RedisServer(lines + ["replicaof 127.0.0.1 \(primary.port)"])
        }
        try eventually("\(count) replicas follow") {
            try primary.run("wait", "\(count)", "100") == "\(count)"
                && primary.run("info", "replication").contains("connected_slaves:\(count)")
        }
    }

    package var all: [RedisServer] { [primary] + replicas }

    /// Who says of itself that it is a primary.
    package func primaries() throws -> [RedisServer] {
        try all.filter { $0.isRunning && !$0.isFrozen }
            .filter { try $0.run("role").hasPrefix("master") }
    }
}

/// A primary, two replicas and three sentinels, of which two have to agree.
package final class RedisSentinels {
    package static let name = "sale"
    package let servers: RedisReplicas
    package let sentinels: [RedisServer]

    package init(_ lines: [String] = [], downAfter milliseconds: Int = 500) throws {
        let servers = try RedisReplicas(replicas: 2, lines)
        let sentinels = try (0..<3).map { _ in
            try RedisServer(
                [
                    "sentinel monitor \(Self.name) 127.0.0.1 \(servers.primary.port) 2",
                    "sentinel down-after-milliseconds \(Self.name) \(milliseconds)",
                    "sentinel failover-timeout \(Self.name) 1500",
                ], isSentinel: true)
        }
        self.servers = servers
        self.sentinels = sentinels
        for sentinel in sentinels { try sentinel.hurry() }
        // Before they know of each other and of the replicas they would choose nobody.
        try eventually("the sentinels know each other") {
            try sentinels.allSatisfy { sentinel in
                let words = try sentinel.run("sentinel", "master", Self.name).split(separator: "\n")
                func value(_ name: String) -> Substring? {
                    words.firstIndex(of: Substring(name)).map { words[$0 + 1] }
                }
                return value("num-other-sentinels") == "2" && value("num-slaves") == "2"
            }
        }
    }

    /// `host:port,…/name`, as addresses have it.
    package var place: String {
        sentinels.map { "127.0.0.1:\($0.port)" }.joined(separator: ",") + "/\(Self.name)"
    }

    /// Waits until the sentinels agree on a primary other than this one; its port.
    @discardableResult
    package func waitForAnother(than port: UInt16) throws -> UInt16 {
        var found: UInt16 = 0
        try eventually("another primary than \(port)") {
            let ports = try sentinels.filter(\.isRunning).map { sentinel in
                try sentinel.run("sentinel", "get-master-addr-by-name", Self.name)
                    .split(separator: "\n").last.flatMap { UInt16($0) } ?? 0
            }
            found = ports.first ?? 0
            return found != port && found != 0 && ports.allSatisfy { $0 == found }
        }
        return found
    }
}

/// A cluster of three nodes, each with a third of the slots.
package final class RedisCluster {
    package let nodes: [RedisServer]

    package init(_ lines: [String] = []) throws {
        let nodes = try (0..<3).map { _ in
            // The bus has a port of its own, since the usual one is 10,000 above and may not be.
            try RedisServer(
                lines + [
                    "cluster-enabled yes", "cluster-node-timeout 1000",
                    "cluster-port \(LoopbackPorts.free())",
                ])
        }
        self.nodes = nodes
        let run = try ProcessRun.run(
            RedisPrograms.command,
            ["--cluster", "create"] + nodes.map { "127.0.0.1:\($0.port)" } + ["--cluster-yes"],
            environment: ["PATH": "/usr/bin:/bin"])
        guard run.status == 0 else {
            throw ProcessFailure(words: "no cluster: \(run.output) \(run.talk)")
        }
        try eventually("all nodes serve") {
            try nodes.allSatisfy { try $0.run("cluster", "info").contains("cluster_state:ok") }
        }
    }

    package var place: String { nodes.map { "127.0.0.1:\($0.port)" }.joined(separator: ",") }

    package func owner(ofSlot slot: Int) throws -> RedisServer {
        let size = 16_384
        precondition(slot < size)
        return try nodes.first {
            try $0.run("cluster", "nodes").split(separator: "\n").contains { line in
                let words = line.split(separator: " ")
                return words.count > 8 && words[2].contains("myself")
                    && words[8...].contains { range in
                        let ends = range.split(separator: "-").compactMap { Int($0) }
                        return ends.count == 2
                            ? (ends[0]...ends[1]).contains(slot)
                            : ends == [slot]
                    }
            }
        } ?? { throw ProcessFailure(words: "nobody has slot \(slot)") }()
    }
}

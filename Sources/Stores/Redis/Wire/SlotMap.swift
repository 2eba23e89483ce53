/// Which node of a cluster has which slots, as one of the nodes sees it.
package struct SlotMap: Equatable {
    package private(set) var nodes: [RedisEndpoint] = []
    /// The place among the nodes, slot by slot; -1 where nobody has it.
    private var owners: [Int16]

    init() {
        owners = Array(repeating: -1, count: KeySlot.count)
    }

    /// What CLUSTER SLOTS answers: `[first, last, [host, port, …], replicas…]`, over and over.
    /// What is malformed is left out. A host that is not told is that of the node that was asked.
    package init(_ reply: RedisReply, from asked: RedisEndpoint) {
        self.init()
        for range in reply.elements ?? [] {
            guard let fields = range.elements, fields.count >= 3,
                let first = fields[0].number, let last = fields[1].number,
                (0..<Int64(KeySlot.count)).contains(first),
                (first..<Int64(KeySlot.count)).contains(last),
                let node = fields[2].elements, node.count >= 2,
                let port = node[1].number.flatMap({ UInt16(exactly: $0) }), port > 0
            else { continue }
            let host = node[0].text ?? ""
            // "?": the node does not know yet.
            if host == "?" { continue }
            let endpoint = RedisEndpoint(host: host.isEmpty ? asked.host : host, port: port)
            guard let place = place(of: endpoint) else { continue }
            for slot in Int(first)...Int(last) { owners[slot] = place }
        }
    }

    var isEmpty: Bool { nodes.isEmpty }

    package func owner(of slot: Int) -> RedisEndpoint? {
        let place = owners[slot]
        return place < 0 ? nil : nodes[Int(place)]
    }

    mutating func move(_ slot: Int, to endpoint: RedisEndpoint) {
        guard let place = place(of: endpoint) else { return }
        owners[slot] = place
    }

    /// Nil where there are too many nodes.
    private mutating func place(of endpoint: RedisEndpoint) -> Int16? {
        if let place = nodes.firstIndex(of: endpoint) { return Int16(place) }
        guard nodes.count < RedisLimits.nodes else { return nil }
        nodes.append(endpoint)
        return Int16(nodes.count - 1)
    }
}

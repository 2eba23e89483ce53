/// An error that a server has answered, as it wrote it.
package struct RedisError: Sendable, Equatable {
    /// Shortened to a length that can be shown.
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    /// The first word, which is what the server means by it.
    package var code: Substring { text.prefix { $0 != " " } }

    /// What the error says of the command.
    package var kind: Kind {
        switch code {
        case "MOVED": place.map { .moved(slot: $0.slot, to: $0.host, $0.port) } ?? .other
        case "ASK": place.map { .ask(slot: $0.slot, to: $0.host, $0.port) } ?? .other
        case "TRYAGAIN", "CLUSTERDOWN": .unserved
        case "READONLY": .replica
        case "LOADING", "MASTERDOWN", "BUSY": .notReady
        case "NOSCRIPT": .noScript
        case "NOREPLICAS": .tooFewReplicas
        case "MISCONF": .cannotPersist
        case "OOM": .outOfMemory
        case "NOAUTH", "WRONGPASS", "NOPERM": .denied
        default: .other
        }
    }

    package enum Kind: Sendable, Equatable {
        /// Another node of the cluster has the slot; a host that is empty is the one that answered.
        case moved(slot: Int, to: String, UInt16)
        /// Another node has this key already, and wants to be told ASKING first.
        case ask(slot: Int, to: String, UInt16)
        /// The slot is between nodes, or the cluster is down.
        case unserved
        /// It was sent to a replica.
        case replica
        /// The server starts, has lost its primary, or runs a long script.
        case notReady
        /// The script has to be loaded again.
        case noScript
        case tooFewReplicas
        case cannotPersist
        case outOfMemory
        /// No password, a wrong one, or one without the right to do this.
        case denied
        case other
    }

    /// Whether the command has surely not run, and may run elsewhere or later.
    package var isElsewhereOrLater: Bool {
        switch kind {
        case .moved, .ask, .unserved, .replica, .notReady: true
        case .noScript, .tooFewReplicas, .cannotPersist, .outOfMemory, .denied, .other: false
        }
    }

    /// `MOVED 3999 127.0.0.1:6381`; the port stands behind the last colon, since hosts may be IPv6.
    private var place: (slot: Int, host: String, port: UInt16)? {
        let words = text.split(separator: " ")
        guard words.count >= 3, let slot = Int(words[1]), (0..<KeySlot.count).contains(slot),
            let colon = words[2].lastIndex(of: ":"),
            let port = UInt16(words[2][words[2].index(after: colon)...]), port > 0
        else { return nil }
        return (slot, String(words[2][..<colon]), port)
    }
}

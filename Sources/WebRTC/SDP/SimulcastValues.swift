import Primitives

/// One `a=rid` line (RFC 8851).
package struct RIDDescription: Sendable, Hashable {
    package enum Direction: String, Sendable {
        case send
        case recv
    }

    package let rid: String
    package let direction: Direction
    package let restrictions: [CodecParameter]

    package init(rid: String, direction: Direction, restrictions: [CodecParameter] = []) {
        self.rid = rid
        self.direction = direction
        self.restrictions = restrictions
    }

    /// A header extension carries no longer one in its one-byte form.
    static let maximumBytes = 16

    static func isRID(_ value: Substring.UTF8View) -> Bool {
        !value.isEmpty && value.count <= maximumBytes && value.allSatisfy(\.isRIDByte)
    }

    init?(_ value: Substring.UTF8View) {
        let (rid, tail) = value.firstWord
        let (name, rest) = tail.firstWord
        guard Self.isRID(rid), let direction = Direction(rawValue: name.text),
            let restrictions = CodecParameter.list(rest)
        else { return nil }
        self.init(rid: rid.text, direction: direction, restrictions: restrictions)
    }

    /// The payload types that the layer is restricted to; nil where it is not.
    package var payloadTypes: [UInt8]? {
        restrictions.first { $0.key == "pt" }?.value.map { value in
            Substring(value).utf8.split(separator: UInt8(ascii: ","))
                .compactMap { $0.number(UInt8.self) }
        }
    }

    package var text: String {
        let head = "\(rid) \(direction.rawValue)"
        return restrictions.isEmpty ? head : "\(head) \(CodecParameter.text(restrictions))"
    }
}

/// One `a=simulcast` line: layers, and for each the rids it may come as (RFC 8853).
package struct SimulcastDescription: Sendable, Hashable {
    /// A rid that a layer may come as.
    package struct Choice: Sendable, Hashable {
        package let rid: String
        package let isPaused: Bool

        package init(rid: String, isPaused: Bool = false) {
            self.rid = rid
            self.isPaused = isPaused
        }
    }

    package var send: [[Choice]]
    package var receive: [[Choice]]

    package init(send: [[Choice]] = [], receive: [[Choice]] = []) {
        self.send = send
        self.receive = receive
    }

    init?(_ value: Substring.UTF8View) {
        var words = value.words[...]
        self.init()
        while words.count >= 2 {
            let name = words.removeFirst().text
            guard let layers = Self.layers(words.removeFirst()) else { return nil }
            switch name {
            case "send" where send.isEmpty: send = layers
            case "recv" where receive.isEmpty: receive = layers
            default: return nil
            }
        }
        guard words.isEmpty, !send.isEmpty || !receive.isEmpty,
            send.count <= SDPLimit.rids.maximum, receive.count <= SDPLimit.rids.maximum
        else { return nil }
    }

    private static func layers(_ list: Substring.UTF8View) -> [[Choice]]? {
        var list = list
        // Firefox wrote an early draft's form for years: `send rid=a;b`.
        if list.starts(with: "rid=".utf8) { list = list.dropFirst(4) }
        var layers: [[Choice]] = []
        for layer in list.split(separator: UInt8(ascii: ";")) {
            var choices: [Choice] = []
            for choice in layer.split(separator: UInt8(ascii: ",")) {
                let isPaused = choice.first == UInt8(ascii: "~")
                let rid = isPaused ? choice.dropFirst() : choice
                guard RIDDescription.isRID(rid) else { return nil }
                choices.append(Choice(rid: rid.text, isPaused: isPaused))
            }
            if !choices.isEmpty { layers.append(choices) }
        }
        return layers
    }

    package var text: String {
        func list(_ layers: [[Choice]]) -> String {
            layers.map { choices in
                choices.map { ($0.isPaused ? "~" : "") + $0.rid }.joined(separator: ",")
            }.joined(separator: ";")
        }
        var parts: [String] = []
        if !send.isEmpty { parts.append("send \(list(send))") }
        if !receive.isEmpty { parts.append("recv \(list(receive))") }
        return parts.joined(separator: " ")
    }
}

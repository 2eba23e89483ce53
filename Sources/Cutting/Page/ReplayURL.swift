import Primitives

/// An address that a replay page may use: http, https, or a path beside the page.
package struct ReplayURL: Sendable, Equatable {
    package let text: String
    /// `https://host:port`; nil for what lies beside the page.
    package let origin: String?

    /// Spaces and what else has no place in an address are encoded; other schemes are refused.
    package init(_ text: String) throws(ReplayProblem) {
        guard let url = Self.read(text) else { throw .badURL(text) }
        self = url
    }

    private init(text: String, origin: String?) {
        self.text = text
        self.origin = origin
    }

    /// The path of a file as an address: what means something in addresses is encoded.
    package init(path: String) throws(ReplayProblem) {
        var bytes: [UInt8] = []
        // A colon in a file's name makes no scheme of it.
        if path.prefix(while: { $0 != "/" }).contains(":") { bytes += Array("./".utf8) }
        for byte in path.utf8 {
            if [0x23, 0x25, 0x3F].contains(byte) {
                bytes += Array(Self.encoded(byte).utf8)
            } else {
                bytes.append(byte)
            }
        }
        guard let url = Self.read(bytes) else { throw .badURL(path) }
        self = url
    }

    private static func read(_ text: String) -> ReplayURL? { read(Array(text.utf8)) }

    private static func read(_ bytes: [UInt8]) -> ReplayURL? {
        guard !bytes.isEmpty, bytes.count <= ReplayLimits.urlLength else { return nil }
        var text = ""
        for byte in bytes {
            switch byte {
            // What browsers drop, or take for a slash.
            case 0..<0x20, 0x7F, 0x5C: return nil
            case 0x20, 0x22, 0x27, 0x3C, 0x3E, 0x5E, 0x60, 0x7C, 0x80...: text += encoded(byte)
            default: text.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        let lower = text.lowercased()
        for scheme in ["https://", "http://"] where lower.hasPrefix(scheme) {
            let host = lower.dropFirst(scheme.count).prefix { !["/", "?", "#"].contains($0) }
            guard isHost(host) else { return nil }
            return ReplayURL(text: text, origin: scheme + host)
        }
        // `//host` is another site, and a colon before the first slash makes a scheme.
        let first = text.prefix { !["/", "?", "#"].contains($0) }
        guard !text.hasPrefix("//"), !first.contains(":") else { return nil }
        return ReplayURL(text: text, origin: nil)
    }

    /// A name or an address with a port: nobody's name and password stand in a page.
    private static func isHost(_ host: Substring) -> Bool {
        !host.isEmpty
            && host.utf8.allSatisfy {
                $0.isASCIILetter || $0.isASCIIDigit || [0x2D, 0x2E, 0x3A, 0x5B, 0x5D].contains($0)
            }
    }

    private static func encoded(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return "%" + (digits.count < 2 ? "0" : "") + digits
    }

    /// An address that stands in a file beside others, as seen from the page.
    package static func beside(_ file: String, _ text: String) throws(ReplayProblem) -> ReplayURL {
        let url = try ReplayURL(text)
        guard url.origin == nil, !url.text.hasPrefix("/") else { return url }
        let folder = file.lastIndex(of: "/").map { file[...$0] } ?? ""
        return try ReplayURL(folder + url.text)
    }
}

/// An address with places for what is bought: `https://shop/cart?sku={sku}&t={t}`.
package struct CheckoutTemplate: Sendable, Equatable {
    package static let placeholders = ["quantity", "reservation", "show", "sku", "t"]

    package let text: String

    package init(_ text: String, needing needed: [String] = []) throws(ReplayProblem) {
        var plain = ""
        var names: [String] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            plain += rest[..<open]
            guard let close = rest[open...].firstIndex(of: "}") else { throw .badURL(text) }
            let name = String(rest[rest.index(after: open)..<close])
            guard Self.placeholders.contains(name) else {
                throw .unknownPlaceholder(name, in: text)
            }
            names.append(name)
            // A value must never say which site it is: it is put where a host may not have it.
            plain += "\u{1}"
            rest = rest[rest.index(after: close)...]
        }
        plain += rest
        guard let url = try? ReplayURL(plain.replacing("\u{1}", with: "x")) else {
            throw .badURL(text)
        }
        let head = plain.prefix { $0 != "\u{1}" }
        if !names.isEmpty, url.origin != nil,
            !head.dropFirst(8).contains(where: { ["/", "?", "#"].contains($0) })
        {
            throw .badURL(text)
        }
        guard url.origin != nil || !text.hasPrefix("{") else { throw .badURL(text) }
        for name in needed where !names.contains(name) {
            throw .missingPlaceholder(name, in: text)
        }
        self.text = text
    }
}

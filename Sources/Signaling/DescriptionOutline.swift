import Primitives

/// The few lines of a session description that signalling itself needs: the rest is opaque here.
package struct DescriptionOutline: Sendable, Equatable {
    /// One media section by its place.
    package struct Media: Sendable, Equatable {
        /// What follows `m=`.
        package var line: String
        package var mid: String?
    }

    /// The first ones, which in a bundle are the only ones.
    package private(set) var credentials: ICECredentials?
    package private(set) var options: String?
    package private(set) var isLite = false
    package private(set) var group: String?
    package private(set) var media: [Media] = []

    /// Bytes of a description that is read or sent.
    package static let maximumLength = 262_144
    package static let maximumMedia = 64

    package init(_ sdp: String) {
        var usernameFragment: String?
        var password: String?
        for raw in sdp.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            guard raw.count <= TrickleFragment.maximumLineLength, let line = String(raw) else {
                continue
            }
            if let value = line.after("m="), media.count < Self.maximumMedia {
                media.append(Media(line: value, mid: nil))
            } else if let value = line.after("a=mid:"), !media.isEmpty {
                media[media.count - 1].mid = value
            } else if let value = line.after("a=ice-ufrag:") {
                usernameFragment = usernameFragment ?? value
            } else if let value = line.after("a=ice-pwd:") {
                password = password ?? value
            } else if let value = line.after("a=ice-options:") {
                options = options ?? value
            } else if let value = line.after("a=group:") {
                group = group ?? value
            } else if line == "a=ice-lite" {
                isLite = true
            }
        }
        if let usernameFragment, let password {
            credentials = ICECredentials(usernameFragment: usernameFragment, password: password)
        }
    }

    /// Whether some text can be a session description at all (RFC 8866 5.1).
    package static func isPlausible(_ text: String) -> Bool {
        text.hasPrefix("v=0\r\n") || text.hasPrefix("v=0\n")
    }
}

extension String {
    fileprivate func after(_ prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}

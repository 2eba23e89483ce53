import Movies
package import Primitives

/// Writes the lines of a playlist (RFC 8216 and its revision).
struct PlaylistText {
    private(set) var text = "#EXTM3U\n"

    mutating func tag(_ name: String) { text += "#\(name)\n" }

    mutating func tag(_ name: String, _ value: String) { text += "#\(name):\(value)\n" }

    mutating func tag(_ name: String, _ attributes: PlaylistAttributes) {
        text += "#\(name):\(attributes.text)\n"
    }

    mutating func line(_ line: String) { text += line + "\n" }
}

/// The attributes of a tag, in the order in which they were added.
struct PlaylistAttributes {
    private(set) var text = ""

    /// A number, a name or a size: without quotes.
    mutating func add(_ name: String, _ value: String) {
        text += (text.isEmpty ? "" : ",") + name + "=" + value
    }

    mutating func add(_ name: String, quoted value: String) {
        add(name, "\"\(Self.quotable(value))\"")
    }

    /// Quotes and line ends can't be written in it.
    private static func quotable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    scalar == "\"" ? "'" : scalar.value < 32 || scalar.value == 127 ? " " : scalar
                }))
    }
}

extension MediaTime {
    /// Seconds with six places, as playlists have them.
    var playlistSeconds: String {
        let micro = rescaled(to: 1_000_000).ticks
        let digits = String(micro.magnitude % 1_000_000)
        let fraction = String(repeating: "0", count: 6 - digits.count) + digits
        return (micro < 0 ? "-" : "") + String(micro.magnitude / 1_000_000) + "." + fraction
    }
}

/// Something that lasts, as `EXT-X-DATERANGE` tells it.
package struct PackageDateRange: Sendable, Equatable {
    package enum Value: Sendable, Hashable {
        case text(String)
        case number(Int64)
    }

    package var id: String
    /// Such as `com.example.pin`; nil for none.
    package var kind: String?
    package var start: WallClock
    /// Nil where it is a point.
    package var duration: Duration?
    /// Client attributes, whose names begin with `X-`, in their order.
    package var attributes: [(name: String, value: Value)]

    package init(
        id: String, kind: String?, start: WallClock, duration: Duration?,
        attributes: [(name: String, value: Value)]
    ) {
        self.id = id
        self.kind = kind
        self.start = start
        self.duration = duration
        self.attributes = attributes
    }

    package static func == (left: PackageDateRange, right: PackageDateRange) -> Bool {
        left.line == right.line
    }

    var line: String {
        var list = PlaylistAttributes()
        list.add("ID", quoted: id)
        if let kind { list.add("CLASS", quoted: kind) }
        list.add("START-DATE", quoted: start.rfc3339)
        if let duration {
            let time = MediaTime(ticks: max(0, duration.wholeMilliseconds), timescale: 1000)
            list.add("DURATION", time.playlistSeconds)
        }
        for attribute in attributes {
            switch attribute.value {
            case .text(let text): list.add(attribute.name, quoted: text)
            case .number(let number): list.add(attribute.name, String(number))
            }
        }
        return list.text
    }
}

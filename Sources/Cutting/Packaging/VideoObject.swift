package import Primitives

/// What search engines are told of a replay: schema.org's VideoObject with a Clip a chapter.
package struct VideoObject: Sendable, Equatable {
    /// A stretch that a search result may lead to, in milliseconds of media time.
    package struct Clip: Sendable, Equatable {
        package let name: String
        package let start: Int64
        package let end: Int64

        package init(name: String, start: Int64, end: Int64) {
            self.name = name
            self.start = start
            self.end = end
        }
    }

    package var name: String
    package var description: String?
    /// When it was published; search engines want it.
    package var uploaded: WallClock?
    package var durationMilliseconds: Int64?
    /// The MP4: search engines do not read playlists.
    package var contentURL: String
    package var thumbnailURLs: [String]
    /// The page that plays it; clips lead to a `?t=` of it.
    package var pageURL: String?
    package var clips: [Clip]

    package init(
        name: String, description: String?, uploaded: WallClock?, durationMilliseconds: Int64?,
        contentURL: String, thumbnailURLs: [String], pageURL: String?, clips: [Clip]
    ) {
        self.name = name
        self.description = description
        self.uploaded = uploaded
        self.durationMilliseconds = durationMilliseconds
        self.contentURL = contentURL
        self.thumbnailURLs = thumbnailURLs
        self.pageURL = pageURL
        self.clips = clips
    }

    /// As JSON-LD. A clip counts whole seconds: it begins with the second that it starts in.
    package var json: JSON {
        var object = JSONObject()
        object["@context"] = "https://schema.org"
        object["@type"] = "VideoObject"
        object["name"] = .string(name)
        // Search engines refuse a video without one.
        object["description"] = .string(description ?? name)
        object["uploadDate"] = uploaded.map { .string($0.rfc3339) }
        object["duration"] = durationMilliseconds.map { .string(Self.duration($0)) }
        object["contentUrl"] = .string(contentURL)
        object["url"] = pageURL.map(JSON.string)
        if !thumbnailURLs.isEmpty {
            object["thumbnailUrl"] = .array(thumbnailURLs.map(JSON.string))
        }
        let parts = clips.filter { $0.start < $0.end }
        if !parts.isEmpty { object["hasPart"] = .array(parts.map(json)) }
        return .object(object)
    }

    private func json(_ clip: Clip) -> JSON {
        let start = max(0, clip.start) / 1000
        var object = JSONObject()
        object["@type"] = "Clip"
        object["name"] = .string(clip.name)
        object["startOffset"] = .integer(start)
        object["endOffset"] = .integer(max(start + 1, clip.end / 1000))
        object["url"] = .string(Self.moment(start, of: pageURL ?? ""))
        return .object(object)
    }

    /// A page's address with the second to begin at; what stands behind a # stays last.
    package static func moment(_ seconds: Int64, of page: String) -> String {
        let parts = page.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let base = parts.first.map(String.init) ?? ""
        let rest = parts.count > 1 ? "#\(parts[1])" : ""
        return base + (base.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + "t=\(seconds)" + rest
    }

    /// ISO 8601: `PT1H2M3.5S`.
    package static func duration(_ milliseconds: Int64) -> String {
        let total = max(0, milliseconds)
        let (hours, minutes) = (total / 3_600_000, total / 60_000 % 60)
        let (seconds, rest) = (total / 1000 % 60, total % 1000)
        var text = "PT"
        if hours > 0 { text += "\(hours)H" }
        if minutes > 0 { text += "\(minutes)M" }
        if seconds > 0 || rest > 0 || total == 0 {
            let fraction = rest > 0 ? "." + String(String(1000 + rest).dropFirst()) : ""
            text += "\(seconds)\(fraction)S"
        }
        return text
    }
}

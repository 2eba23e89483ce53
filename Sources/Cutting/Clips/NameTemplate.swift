package import Primitives

/// How files are named: text with places such as `{show}-{index}-{sku}.mp4`.
package struct NameTemplate: Sendable, Equatable {
    package static let standard = "{show}-{index}-{sku}.mp4"
    package static let placeholders = ["end", "index", "show", "sku", "start", "title"]
    /// What a folder takes is 255; a draft beside the file has a longer name than it.
    package static let maximumBytes = 220

    /// What stands for the places of one file.
    package struct Values: Sendable {
        package var show: String
        /// From 1.
        package var index: Int
        /// Of all files, so that indices have as many digits.
        package var count: Int
        package var sku: String?
        package var title: String?
        package var start: MediaTime
        package var end: MediaTime

        package init(
            show: String, index: Int, count: Int, sku: String?, title: String?, start: MediaTime,
            end: MediaTime
        ) {
            self.show = show
            self.index = index
            self.count = count
            self.sku = sku
            self.title = title
            self.start = start
            self.end = end
        }
    }

    private enum Part: Equatable {
        case text(String)
        case place(String)
    }

    private let parts: [Part]
    /// With its point; empty where the template has none.
    private let suffix: String

    package init(_ text: String) throws(ClipProblem) {
        guard !text.isEmpty else { throw .template(.empty) }
        for scalar in text.unicodeScalars
        where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            || ["/", "\\"].contains(scalar)
        {
            throw .template(.forbidden(String(scalar)))
        }
        if let first = text.unicodeScalars.first, [".", "-"].contains(first) {
            throw .template(.forbidden(String(first)))
        }
        let (stem, suffix) = Self.parted(text)
        var parts: [Part] = []
        var rest = stem[...]
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            guard let close = rest[open...].firstIndex(of: "}") else {
                throw .template(.unclosedPlaceholder)
            }
            let name = String(rest[rest.index(after: open)..<close])
            guard Self.placeholders.contains(name) else {
                throw .template(.unknownPlaceholder(name))
            }
            parts.append(.place(name))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        self.parts = parts
        self.suffix = suffix
    }

    /// The last point begins the suffix, unless it stands in a place.
    private static func parted(_ text: String) -> (String, String) {
        guard let point = text.lastIndex(of: "."), point > text.startIndex,
            !text[point...].contains("}"), text[point...].utf8.count <= 20
        else { return (text, "") }
        return (String(text[..<point]), String(text[point...]))
    }

    /// The name of a file without its folders and its suffix.
    package static func stem(ofPath path: String) -> String {
        parted(path.split(separator: "/").last.map(String.init) ?? "show").0
    }

    package func name(_ values: Values) -> String {
        var stem = ""
        for part in parts {
            switch part {
            case .text(let text): stem += text
            case .place(let name): stem += Self.value(name, values)
            }
        }
        return Self.limited(Self.tidy(stem), suffix)
    }

    /// The name that a list gives, made one that a folder takes; with the template's suffix where
    /// it has none.
    package func name(given: String) -> String {
        let (stem, own) = Self.parted(given)
        let hasOwn =
            own.utf8.dropFirst().allSatisfy { $0.isASCIILetter || $0.isASCIIDigit }
            && own.utf8.count > 1 && own.utf8.count <= 5
        return hasOwn
            ? Self.limited(Self.tidy(Self.slug(stem)), own)
            : Self.limited(Self.tidy(Self.slug(given)), suffix)
    }

    private static func value(_ name: String, _ values: Values) -> String {
        switch name {
        case "show": return slug(values.show)
        case "sku": return slug(values.sku ?? "")
        case "title": return slug(values.title ?? values.sku ?? "").lowercased()
        case "start": return clock(values.start)
        case "end": return clock(values.end)
        default:
            let digits = String(values.index)
            let width = max(2, String(values.count).utf8.count)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
    }

    /// `01h02m03.456s`: what no file system takes for anything else.
    private static func clock(_ time: MediaTime) -> String {
        let milliseconds = max(0, time.milliseconds)
        func digits(_ value: Int64, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        let seconds = milliseconds / 1000
        return "\(digits(seconds / 3600, 2))h\(digits(seconds / 60 % 60, 2))m"
            + "\(digits(seconds % 60, 2)).\(digits(milliseconds % 1000, 3))s"
    }

    /// Letters and digits of any script stay; runs of anything else become one dash.
    static func slug(_ text: String) -> String {
        var slug = ""
        var isPending = false
        for character in text {
            let isPlain =
                character.isLetter || character.isNumber || ["_", "."].contains(character)
            if isPlain,
                character.unicodeScalars.allSatisfy({ !$0.properties.isDefaultIgnorableCodePoint })
            {
                if isPending, !slug.isEmpty { slug += "-" }
                isPending = false
                slug.append(character)
            } else {
                isPending = true
            }
        }
        return slug
    }

    /// Empty places leave no dashes behind, and no name begins with a point or a dash.
    private static func tidy(_ stem: String) -> String {
        var tidy = String.UnicodeScalarView()
        for scalar in stem.unicodeScalars {
            if scalar == "-", tidy.last == nil || tidy.last == "-" { continue }
            if scalar == ".", tidy.isEmpty { continue }
            tidy.append(scalar)
        }
        while let last = tidy.last, ["-", ".", " "].contains(last) { tidy.removeLast() }
        return tidy.isEmpty ? "clip" : String(tidy)
    }

    /// Cut off between characters.
    static func limited(_ stem: String, _ suffix: String) -> String {
        var stem = stem
        while stem.utf8.count + suffix.utf8.count > maximumBytes, !stem.isEmpty {
            stem.removeLast()
        }
        return (stem.isEmpty ? "clip" : stem) + suffix
    }
}

/// Gives every name once, also for those who do not tell capitals apart.
package struct UniqueNames {
    private var taken: Set<String> = []
    private var next: [String: Int] = [:]

    package init() {}

    package mutating func unique(_ name: String) -> String {
        if taken.insert(name.lowercased()).inserted { return name }
        let point = name.lastIndex(of: ".") ?? name.endIndex
        let (stem, suffix) = (String(name[..<point]), String(name[point...]))
        var number = next[name.lowercased()] ?? 2
        while true {
            let other = NameTemplate.limited(stem, "-\(number)" + suffix)
            number += 1
            if taken.insert(other.lowercased()).inserted {
                next[name.lowercased()] = number
                return other
            }
        }
    }
}

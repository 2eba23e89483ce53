package import Primitives

/// What is made of the stretches that clips are chosen by.
package struct ClipRules: Sendable, Equatable {
    /// Shown before and after what was chosen, in milliseconds.
    package var leadInMilliseconds: Int64
    package var tailMilliseconds: Int64
    /// What is shorter is made longer at its end, then at its start, as far as the movie goes.
    package var minimumMilliseconds: Int64?
    /// What is longer is cut off there.
    package var maximumMilliseconds: Int64?
    /// Neighbours of one SKU that are no farther apart become one; nil leaves them.
    package var mergeMilliseconds: Int64?
    /// Lines of a list may overlap.
    package var allowsOverlap: Bool
    /// What begins behind the movie's end is left out instead of being refused, and what ends there
    /// ends with the movie.
    package var allowsPastEnd: Bool

    package init(
        leadInMilliseconds: Int64, tailMilliseconds: Int64, minimumMilliseconds: Int64?,
        maximumMilliseconds: Int64?, mergeMilliseconds: Int64?, allowsOverlap: Bool,
        allowsPastEnd: Bool
    ) {
        self.leadInMilliseconds = leadInMilliseconds
        self.tailMilliseconds = tailMilliseconds
        self.minimumMilliseconds = minimumMilliseconds
        self.maximumMilliseconds = maximumMilliseconds
        self.mergeMilliseconds = mergeMilliseconds
        self.allowsOverlap = allowsOverlap
        self.allowsPastEnd = allowsPastEnd
    }

    /// Nothing is added and nothing is taken away.
    package static let plain = ClipRules(
        leadInMilliseconds: 0, tailMilliseconds: 0, minimumMilliseconds: nil,
        maximumMilliseconds: nil, mergeMilliseconds: nil, allowsOverlap: false,
        allowsPastEnd: false)

    /// More than any clip is long, and small enough for the arithmetic.
    package static let maximumLength: Int64 = 1_000_000_000

    /// With lengths that times can be moved by.
    var limited: ClipRules {
        func limit(_ milliseconds: Int64) -> Int64 { min(max(milliseconds, 0), Self.maximumLength) }
        var rules = self
        rules.leadInMilliseconds = limit(leadInMilliseconds)
        rules.tailMilliseconds = limit(tailMilliseconds)
        rules.minimumMilliseconds = minimumMilliseconds.map(limit)
        rules.maximumMilliseconds = maximumMilliseconds.map(limit)
        rules.mergeMilliseconds = mergeMilliseconds.map(limit)
        return rules
    }
}

/// What clips are chosen by.
package enum ClipChoice: Sendable, Equatable {
    /// All moments of a SKU, joined: when it was pinned.
    case sku
    case pin
    case flash
    case chapter
    /// One for each event of these types.
    case events([String])
    case list([ClipLine])
}

/// One line of a cut list.
package struct ClipLine: Sendable, Equatable {
    package var line: Int
    package var start: MediaTime
    package var end: MediaTime
    package var name: String?
    package var sku: String?
    package var title: String?

    package init(
        line: Int, start: MediaTime, end: MediaTime, name: String?, sku: String?, title: String?
    ) {
        self.line = line
        self.start = start
        self.end = end
        self.name = name
        self.sku = sku
        self.title = title
    }
}

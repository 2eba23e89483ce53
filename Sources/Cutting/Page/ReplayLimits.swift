/// What a replay page must not exceed: it is one file that a phone loads and keeps.
package enum ReplayLimits {
    /// Products that occur in a show.
    package static let products = 2000
    /// Changes of pins, rails, prices and stock; far above what hosts do in a show.
    package static let changes = 100_000
    /// Lines of chat; the rest is left out and told.
    package static let chatLines = 20_000
    package static let chatNameLength = 80
    package static let chatTextLength = 500
    package static let chatBytes = 64 << 20
    package static let chatLineBytes = 64 << 10
    /// Cues of captions, and of pictures for the scrub bar.
    package static let cues = 20_000
    package static let cueBytes = 16 << 20
    package static let captions = 16
    package static let titleLength = 300
    package static let urlLength = 4096
    /// How many units of a product one may choose to buy at once.
    package static let units: Int64 = 10
}

/// Why no replay page can be made of what was given.
package enum ReplayProblem: Error, Equatable {
    /// An address that is no http(s) address and no path.
    case badURL(String)
    /// A name in braces that means nothing.
    case unknownPlaceholder(String, in: String)
    /// A placeholder that must be there.
    case missingPlaceholder(String, in: String)
    /// A message can only be sent to `https://host`.
    case badOrigin(String)
    case tooManyProducts(limit: Int)
    case tooManyChanges(limit: Int)
    case tooManyCues(limit: Int)
    case tooLong(limitBytes: Int)
    /// A line of a chat that is not JSON, or no object.
    case chatLine(Int)
    /// Not WebVTT from its first line on, or a cue that ends before it starts.
    case cueLine(Int)
    /// A cue of pictures that does not say where its picture lies.
    case noPicture(line: Int)
    /// Events have no media times: the timeline is to be aligned first.
    case notAligned
}

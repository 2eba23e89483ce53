package import Commerce
package import Primitives

/// A clip that is wanted: its file's name, and which ranges of the movie it joins.
package struct ClipWish: Sendable, Equatable {
    /// Of the file, in whatever folder; unique among the wishes of one call.
    package var name: String
    /// On the movie's presentation time, in the order of the clip; not empty, none is empty, all
    /// within the movie. They need not lie on frames.
    package var ranges: [Range<MediaTime>]
    package var code: SKUCode?
    package var title: String?

    package init(
        name: String, ranges: [Range<MediaTime>], code: SKUCode? = nil, title: String? = nil
    ) {
        self.name = name
        self.ranges = ranges
        self.code = code
        self.title = title
    }
}

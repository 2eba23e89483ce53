/// The script of a replay page, in the order in which its parts need one another.
enum ReplayScript {
    static let text =
        "\"use strict\";\n{\n"
        + [
            basics, host, timeline, stock, products, hero, rail, buying, holds, player, scrubBar,
            keyboard, panels, chat, start,
        ].joined(separator: "\n\n") + "\n}\n"
}

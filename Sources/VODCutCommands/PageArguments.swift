import CommandLineKit
import Cutting
import TimelineCommands

/// The options of `vod-cut page`.
enum PageArguments {
    static let timeline = Argument.required(
        "timeline", .file, "what happened in the show: JSON Lines, OpenTimelineIO, WebVTT or CSV")
    static let video = Argument.required("video", .file, "the MP4 of the show: a file or a URL")
    static let playlist = Argument.option(
        "hls", .file, "the HLS playlist, for browsers that play it by themselves")
    static let poster = Argument.option("poster", .file, "the picture before it plays")
    static let thumbnails = Argument.option(
        "thumbnails", .file, "WebVTT of the pictures over the scrub bar")
    static let captions = Argument.repeated(
        "captions", .text(named: "LANG:FILE"), "WebVTT captions, by language")
    static let chat = Argument.option(
        "chat", .file, "what was said: JSON Lines with media_time_ms or time, name and text")

    static let checkout = Argument.required(
        "checkout", .text(named: "URL"),
        "where one buys, with {sku}, {quantity}, {show}, {t} and {reservation} filled in")
    static let stock = Argument.option(
        "stock", .text(named: "URL"), "what there is now: the answer of lcctl sku list -o json")
    static let reserve = Argument.option(
        "reserve", .text(named: "URL"), "where units are held before the checkout")
    static let waitlist = Argument.option(
        "waitlist", .text(named: "URL"), "where one waits for what is sold out, with {sku}")
    static let poll = Argument.option(
        "poll", .duration, "how often to ask what there is", default: "10s")
    static let newTab = Argument.flag("new-tab", "open the checkout beside the replay")
    static let hostOrigin = Argument.option(
        "host-origin", .text(named: "ORIGIN"),
        "the site that shows the page in a frame and is told what happens there")

    static let title = Argument.option("title", .text, "the title; the show's unless given")
    static let description = Argument.option(
        "description", .text, "what search engines and links say of it")
    static let language = Argument.option(
        "lang", .text(named: "LANG"), "the language that prices are written in", default: "en")
    static let pageURL = Argument.option(
        "page-url", .url, "where the page will be, for search engines")
    static let output = Argument.required("output", .file, "the page to write")
    static let force = Argument.flag("force", "replace a page that is there")

    static let rows: [ArgumentRow] =
        [timeline.row] + TimelineArguments.rows + [output.row, force.row]
        + [video.row, playlist.row, poster.row, thumbnails.row, captions.row, chat.row]
        .under("Media")
        + [
            checkout.row, stock.row, reserve.row, waitlist.row, poll.row, newTab.row,
            hostOrigin.row,
        ].under("Shop")
        + [title.row, description.row, language.row, pageURL.row].under("Page")
}

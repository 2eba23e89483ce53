package import Commerce
import Primitives

/// A replay of a show as one page: what goes into it.
package struct ReplayPage: Sendable {
    package struct Media: Sendable {
        /// An MP4 that everybody can play.
        package var video: ReplayURL
        package var playlist: ReplayURL?
        package var poster: ReplayURL?
        package var pictures = ScrubPictures()
        package var captions: [Captions] = []
        package var durationMilliseconds: Int64?

        package init(video: ReplayURL, playlist: ReplayURL?, poster: ReplayURL?) {
            self.video = video
            self.playlist = playlist
            self.poster = poster
        }
    }

    package struct Captions: Sendable {
        package let label: String
        /// BCP 47.
        package let language: String
        package let file: CueFile

        package init(label: String, language: String, file: CueFile) {
            self.label = label
            self.language = language
            self.file = file
        }
    }

    /// Where one buys, and where the page asks what there is.
    package struct Shop: Sendable {
        package var checkout: CheckoutTemplate
        package var waitlist: CheckoutTemplate?
        package var reserve: ReplayURL?
        package var stock: ReplayURL?
        package var pollMilliseconds: Int64
        /// Checkouts open beside the replay.
        package var opensTab: Bool
        /// The page that shows this one in a frame and is told what happens.
        package var hostOrigin: String?

        package init(
            checkout: CheckoutTemplate, waitlist: CheckoutTemplate?, reserve: ReplayURL?,
            stock: ReplayURL?, pollMilliseconds: Int64, opensTab: Bool, hostOrigin: String?
        ) {
            self.checkout = checkout
            self.waitlist = waitlist
            self.reserve = reserve
            self.stock = stock
            self.pollMilliseconds = pollMilliseconds
            self.opensTab = opensTab
            self.hostOrigin = hostOrigin
        }

        /// Of `https://shop.example` and nothing behind it.
        package static func origin(_ text: String) throws(ReplayProblem) -> String {
            guard let url = try? ReplayURL(text), let origin = url.origin,
                text.lowercased() == origin || text.lowercased() == origin + "/"
            else { throw .badOrigin(text) }
            return origin
        }
    }

    package let title: String
    package let description: String?
    package let language: String
    /// Where the page will be: for search engines.
    package let pageURL: ReplayURL?
    package let media: Media
    package let shop: Shop
    package let timeline: Timeline
    package let chat: ChatLines

    package init(
        title: String?, description: String?, language: String, pageURL: ReplayURL?, media: Media,
        shop: Shop, timeline: Timeline, chat: ChatLines
    ) {
        let named = [title, timeline.header.title, timeline.header.show].compactMap { $0 }
            .first { !$0.isEmpty }
        self.title = PlainText.cut(named ?? "Replay", to: ReplayLimits.titleLength)
        self.description = description
        self.language = language
        self.pageURL = pageURL
        self.media = media
        self.shop = shop
        self.timeline = timeline
        self.chat = chat
    }

    /// The page, and what it holds.
    package func made() throws(ReplayProblem) -> Made {
        let course = try ReplayCourse(timeline)
        let chapters = timeline.chapters(until: media.durationMilliseconds ?? timeline.knownEnd)
        let document = ReplayDocument(page: self, course: course, chapters: chapters)
        let markup = ReplayMarkup(
            page: self, course: course, chapters: chapters, document: document.json)
        return Made(
            bytes: Array(markup.text.utf8), productCount: course.products.count,
            chapterCount: chapters.count, chatLineCount: chat.lines.count)
    }

    package struct Made: Sendable {
        package let bytes: [UInt8]
        package let productCount: Int
        package let chapterCount: Int
        package let chatLineCount: Int
    }
}

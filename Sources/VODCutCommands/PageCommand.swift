import CommandLineKit
import Commerce
import Cutting
import Movies
import Primitives
import TimelineCommands

/// `vod-cut page`: a replay that sells, as one file.
enum PageCommand {
    static let command = Command(
        "page", "Make a replay page: the video, its products in step, and the way to buy",
        discussion: [
            "The page is one HTML file with its style and its script; it asks nobody but the shop "
                + "that it is told of, and works from a folder as from any web server. Video, "
                + "poster and pictures stay files beside it, and are named relative to it.",
            "What was pinned and what it cost follows the video to the frame. What is there and "
                + "what it costs now comes from --stock, asked every --poll while the page is in "
                + "sight and before each purchase; what cannot be asked is shown as not known.",
            "--reserve is sent {\"sku\",\"quantity\",\"show\",\"buyer\",\"idempotency_key\"} and "
                + "answers as lcctl reserve -o json does: a reservation, or with status 409 the "
                + "error document. The checkout is then opened with {reservation}. "
                + "demo/shop-server shows how a shop answers.",
            "A page in a frame tells the site of --host-origin by postMessage: lc:product-view, "
                + "lc:add-to-cart, lc:checkout and lc:sold-out. The same are events of its "
                + "document; who calls preventDefault on lc:add-to-cart sees to the cart itself. "
                + "Links such as replay.html?t=83 or #t=1m23s begin at that moment.",
        ],
        output: .document, arguments: PageArguments.rows, groups: [TimelineArguments.group],
        examples: [
            Example(
                "vod-cut page --timeline show.timeline.jsonl --video show.mp4 "
                    + "--checkout 'https://shop.example/cart?sku={sku}' --output replay.html",
                "a page that leads to a cart"),
            Example(
                "vod-cut page --timeline show.timeline.jsonl --video show.mp4 --hls hls/main.m3u8 "
                    + "--poster poster.jpg --thumbnails thumbnails.vtt --chat chat.jsonl "
                    + "--stock /stock --reserve /reserve "
                    + "--checkout '/checkout?reservation={reservation}' --output replay.html",
                "with HLS, chat, live stock, and units held before the checkout"),
        ],
        exitStatuses: [.dataError, .noInput, .cannotCreate, .ioError]
    ) { invocation, console in
        let path = invocation[PageArguments.output]
        let output = try OutputFile(path, replacing: invocation[PageArguments.force])
        let page = try page(invocation, at: path)
        let made: ReplayPage.Made
        do throws(ReplayProblem) {
            made = try page.made()
        } catch {
            throw Failure(error, of: invocation[PageArguments.timeline])
        }
        try output.write(made.bytes)
        try output.publish()
        if page.chat.leftOut > 0 {
            console.note("\(page.chat.leftOut) lines of the chat are more than a page holds")
        }
        try console.answer(invocation, answer(made, page, path)) {
            "page/\(path) made: \(made.productCount) products, \(made.chapterCount) chapters, "
                + "\(made.chatLineCount) lines of chat"
        }
        return .ok
    }

    private static func answer(
        _ made: ReplayPage.Made, _ page: ReplayPage, _ path: String
    ) -> JSON {
        var object = JSONObject()
        object["schema"] = "lc.page/1"
        object["page"] = .string(path)
        object["show"] = page.timeline.header.show.map(JSON.string)
        object["bytes"] = .integer(Int64(made.bytes.count))
        object["products"] = .integer(Int64(made.productCount))
        object["chapters"] = .integer(Int64(made.chapterCount))
        object["chat_lines"] = .integer(Int64(made.chatLineCount))
        let leftOut = page.chat.leftOut + page.chat.passedOver
        if leftOut > 0 { object["chat_lines_left_out"] = .integer(Int64(leftOut)) }
        return .object(object)
    }

    // MARK: what goes in

    private static func page(_ invocation: Invocation, at path: String) throws -> ReplayPage {
        let timelinePath = invocation[PageArguments.timeline]
        let read = try TimelineFiles.read(timelinePath)
        let timeline =
            try TimelineFiles.aligned(read, named: timelinePath, invocation) ?? read
        let shop = try shop(invocation)
        let media = try media(invocation, timeline, at: path)
        return ReplayPage(
            title: invocation[PageArguments.title],
            description: invocation[PageArguments.description],
            language: try language(invocation[PageArguments.language]),
            pageURL: try invocation[PageArguments.pageURL].map { try option("page-url", $0) },
            media: media, shop: shop, timeline: timeline, chat: try chat(invocation, timeline))
    }

    private static func language(_ text: String) throws -> String {
        guard (2...35).contains(text.utf8.count),
            text.utf8.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x2D })
        else {
            throw Failure(
                .usage, "usage.bad-value", "--lang: '\(text)' is not a language such as en or de-CH"
            )
        }
        return text
    }

    private static func media(
        _ invocation: Invocation, _ timeline: Timeline, at page: String
    ) throws -> ReplayPage.Media {
        func named(_ argument: Argument<String?>) throws -> ReplayURL? {
            try invocation[argument].map { try beside(page, $0) }
        }
        var media = ReplayPage.Media(
            video: try beside(page, invocation[PageArguments.video]),
            playlist: try named(PageArguments.playlist),
            poster: try named(PageArguments.poster))
        media.durationMilliseconds =
            try length(invocation[PageArguments.video])
            ?? timeline.header.media?.durationMilliseconds
        if let path = invocation[PageArguments.thumbnails] {
            let cues = try read(path)
            let seen = try place(path, seenFrom: page)
            media.pictures = try within(path) { () throws(ReplayProblem) in
                try ScrubPictures(CueFile(cues), at: seen)
            }
        }
        let wishes = invocation[PageArguments.captions]
        guard wishes.count <= ReplayLimits.captions else {
            throw Failure(
                .usage, "page.too-many-captions",
                "there are more than \(ReplayLimits.captions) captions")
        }
        media.captions = try wishes.map(captions)
        return media
    }

    /// Nil for what lies elsewhere.
    private static func length(_ video: String) throws -> Int64? {
        guard !video.contains("://") else { return nil }
        return MovieShowings(try MovieFile(video).movie).end.milliseconds
    }

    /// `en:captions.vtt`
    private static func captions(_ text: String) throws -> ReplayPage.Captions {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            throw Failure(
                .usage, "usage.bad-value", "--captions: '\(text)' is not LANG:FILE",
                hint: "say the language: --captions en:\(text)")
        }
        let code = try language(parts[0])
        let bytes = try read(parts[1])
        return try within(parts[1]) { () throws(ReplayProblem) in
            ReplayPage.Captions(
                label: "", language: code, file: try CueFile(bytes))
        }
    }

    private static func chat(_ invocation: Invocation, _ timeline: Timeline) throws -> ChatLines {
        guard let path = invocation[PageArguments.chat] else { return ChatLines() }
        let bytes = try InputFile(path).readAll(limit: ReplayLimits.chatBytes)
        return try within(path) { () throws(ReplayProblem) in
            try ChatLines(bytes, mediaStart: timeline.header.media?.startTime)
        }
    }

    private static func shop(_ invocation: Invocation) throws -> ReplayPage.Shop {
        let poll = invocation[PageArguments.poll]
        guard (.seconds(2)...(.seconds(600))).contains(poll) else {
            throw Failure(.usage, "usage.bad-value", "--poll is to be from 2s to 10m")
        }
        let reserve: ReplayURL? = try invocation[PageArguments.reserve].map {
            try option("reserve", $0)
        }
        let needed = reserve == nil ? ["sku"] : ["reservation"]
        return ReplayPage.Shop(
            checkout: try within("--checkout", .usage) { () throws(ReplayProblem) in
                try CheckoutTemplate(invocation[PageArguments.checkout], needing: needed)
            },
            waitlist: try invocation[PageArguments.waitlist].map { text in
                try within("--waitlist", .usage) { () throws(ReplayProblem) in
                    try CheckoutTemplate(text, needing: ["sku"])
                }
            }, reserve: reserve,
            stock: try invocation[PageArguments.stock].map { try option("stock", $0) },
            pollMilliseconds: poll.wholeMilliseconds,
            opensTab: invocation[PageArguments.newTab],
            hostOrigin: try invocation[PageArguments.hostOrigin].map { text in
                try within("--host-origin", .usage) { () throws(ReplayProblem) in
                    try ReplayPage.Shop.origin(text)
                }
            })
    }

    // MARK: files and addresses

    private static func read(_ path: String) throws -> [UInt8] {
        try InputFile(path).readAll(limit: ReplayLimits.cueBytes)
    }

    private static func option(_ name: String, _ text: String) throws -> ReplayURL {
        try within("--\(name)", .usage) { () throws(ReplayProblem) in try ReplayURL(text) }
    }

    /// A URL as it is; a file, which is to be there, as seen from the page.
    private static func beside(_ page: String, _ text: String) throws -> ReplayURL {
        if text.contains("://") {
            return try within(text, .usage) { () throws(ReplayProblem) in try ReplayURL(text) }
        }
        _ = try InputFile(text)
        let path = try place(text, seenFrom: page)
        return try within(text) { () throws(ReplayProblem) in try ReplayURL(path: path) }
    }

    private static func place(_ file: String, seenFrom page: String) throws -> String {
        guard let path = ReplayPath.relative(from: page, to: file) else {
            throw Failure(
                .usage, "page.no-way",
                "it cannot be told where '\(file)' lies as seen from '\(page)'",
                hint: "name both from the same folder, or both from the root")
        }
        return path
    }

    private static func within<Value>(
        _ subject: String, _ status: ExitStatus = .dataError,
        _ step: () throws(ReplayProblem) -> Value
    ) throws -> Value {
        do throws(ReplayProblem) {
            return try step()
        } catch {
            throw Failure(error, of: subject, status)
        }
    }
}

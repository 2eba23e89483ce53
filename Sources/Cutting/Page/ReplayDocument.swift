import Commerce
import Primitives

/// All that the page's script works on, as the JSON that stands in the page.
struct ReplayDocument {
    let json: JSON

    init(page: ReplayPage, course: ReplayCourse, chapters: [TimelineChapter]) {
        var object = JSONObject()
        let header = page.timeline.header
        let currency = header.currency.flatMap { try? Currency($0) }
        object["schema"] = "lc.replay/1"
        object["show"] = header.show.map(JSON.string)
        object["title"] = .string(page.title)
        object["currency"] = currency.map { .string($0.code) }
        object["decimals"] = currency.map { .integer(Int64($0.decimals)) }
        object["duration_ms"] = page.media.durationMilliseconds.map(JSON.integer)
        object["products"] = .array(course.products.map(Self.product))
        object["pins"] = .array(
            course.pins.map { change in
                let place: JSON = change.value.map { .integer(Int64($0)) } ?? .null
                return [.integer(change.mediaTime), place]
            })
        object["rails"] = .array(
            course.rails.map { change in
                [
                    .integer(change.mediaTime),
                    .array(change.value.map { .integer(Int64($0)) }),
                ]
            })
        object["changes"] = .array(course.moments.map(JSON.integer))
        object["chapters"] = .array(chapters.map(Self.chapter))
        object["captions"] = .array(page.media.captions.map(Self.captions))
        object["thumbnails"] = Self.pictures(page.media.pictures)
        object["chat"] = .array(
            page.chat.lines.map { [.integer($0.mediaTime), .string($0.name), .string($0.text)] })
        object["shop"] = Self.shop(page.shop)
        json = .object(object)
    }

    private static func product(_ product: ReplayCourse.Listing) -> JSON {
        var object = JSONObject()
        object["sku"] = .string(product.code.text)
        object["title"] = .string(product.title)
        if !product.about.isEmpty { object["about"] = .string(product.about) }
        object["image"] = product.image.map { .string($0.text) }
        object["page"] = product.page.map { .string($0.text) }
        object["first"] = product.first.map(JSON.integer) ?? .null
        object["prices"] = .array(
            product.prices.map { change in
                guard let price = change.value else {
                    return [.integer(change.mediaTime), .null, .null]
                }
                return [
                    .integer(change.mediaTime), .integer(price.minor),
                    .string(price.kind.rawValue),
                ]
            })
        object["sold_out"] = .array(
            product.soldOut.map { [.integer($0.mediaTime), .bool($0.value)] })
        return .object(object)
    }

    private static func chapter(_ chapter: TimelineChapter) -> JSON {
        var object = JSONObject()
        object["title"] = .string(PlainText.cut(chapter.title, to: ReplayLimits.titleLength))
        object["start"] = .integer(chapter.start)
        object["end"] = .integer(chapter.end)
        return .object(object)
    }

    private static func captions(_ captions: ReplayPage.Captions) -> JSON {
        var object = JSONObject()
        object["label"] = .string(captions.label)
        object["language"] = .string(captions.language)
        object["cues"] = .array(
            captions.file.cues.map { [.integer($0.start), .integer($0.end), .string($0.text)] })
        return .object(object)
    }

    private static func pictures(_ pictures: ScrubPictures) -> JSON {
        var object = JSONObject()
        object["images"] = .array(pictures.images.map { .string($0.text) })
        object["cues"] = .array(
            pictures.pieces.map { piece in
                .array(
                    ([piece.start, piece.end, Int64(piece.image)] + piece.box).map(JSON.integer))
            })
        return .object(object)
    }

    private static func shop(_ shop: ReplayPage.Shop) -> JSON {
        var object = JSONObject()
        object["checkout"] = .string(shop.checkout.text)
        object["waitlist"] = shop.waitlist.map { .string($0.text) }
        object["reserve"] = shop.reserve.map { .string($0.text) }
        object["stock"] = shop.stock.map { .string($0.text) }
        object["poll_ms"] = .integer(shop.pollMilliseconds)
        object["new_tab"] = .bool(shop.opensTab)
        object["host_origin"] = shop.hostOrigin.map(JSON.string)
        object["most"] = .integer(ReplayLimits.units)
        return .object(object)
    }
}

package import Commerce
package import Primitives

/// Documents that stand beside the renditions of a package and say what happened when.
package enum ShowDocuments {
    /// Chapters as Apple's players read them.
    package static func appleChapters(_ chapters: [TimelineChapter]) -> JSON {
        .array(
            chapters.enumerated().map { number, chapter in
                [
                    "chapter": .integer(Int64(number + 1)),
                    "start-time": seconds(chapter.start),
                    "duration": seconds(chapter.end - chapter.start),
                    "titles": [["language": "und", "title": .string(chapter.title)]],
                ]
            })
    }

    /// The timeline as one document: its header, what held when, and its events.
    package static func timeline(_ timeline: Timeline, end: Int64) -> JSON {
        var object = timeline.header.json.objectValue ?? JSONObject()
        object["duration_ms"] = .integer(end)
        object["events"] = .array(timeline.events.map(\.json))
        object["pins"] = .array(timeline.pins(until: end).map(json))
        object["flashes"] = .array(timeline.flashes(until: end).map(json))
        object["sold_out"] = .array(timeline.soldOut(until: end).map(json))
        object["chapters"] = .array(timeline.chapters(until: end).map(json))
        return .object(object)
    }

    private static func json(_ stretch: TimelineStretch) -> JSON {
        var object = JSONObject()
        object["sku"] = .string(stretch.code.text)
        object["start_ms"] = .integer(stretch.start)
        object["end_ms"] = .integer(stretch.end)
        if case .flash(let flash) = stretch.event.change {
            object["price_minor"] = flash.priceMinor.map(JSON.integer)
        }
        return .object(object)
    }

    private static func json(_ chapter: TimelineChapter) -> JSON {
        var object = JSONObject()
        object["title"] = .string(chapter.title)
        object["sku"] = chapter.code.map { .string($0.text) }
        object["start_ms"] = .integer(chapter.start)
        object["end_ms"] = .integer(chapter.end)
        return .object(object)
    }

    /// With three places.
    static func seconds(_ milliseconds: Int64) -> JSON {
        let fraction = String(1000 + milliseconds % 1000).dropFirst()
        return .decimal("\(milliseconds / 1000).\(fraction)")
    }
}

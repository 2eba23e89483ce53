import Commerce
import Primitives
import Testing

@testable import Cutting

struct ClipSelectionTests {
    private static let timelineText = """
        {"schema":"lc.timeline/1","show":"shw_x","skus":[{"sku":"A/1","title":"Red Cup"},{"sku":"B"}]}
        {"type":"show-started","media_time_ms":0}
        {"type":"pin","media_time_ms":10000,"data":{"sku":"A/1"}}
        {"type":"price-flash","media_time_ms":12000,"data":{"sku":"A/1","price_minor":5}}
        {"type":"price-flash-closed","media_time_ms":14000,"data":{"sku":"A/1"}}
        {"type":"pin","media_time_ms":20000,"data":{"sku":"B"}}
        {"type":"pin","media_time_ms":30000,"data":{"sku":"A/1"}}
        {"type":"sold-out","media_time_ms":33000,"data":{"sku":"A/1"}}
        {"type":"unpin","media_time_ms":40000}
        """

    private static func select(
        _ choice: ClipChoice, end: Int64 = 60_000, template: String = NameTemplate.standard,
        _ change: (inout ClipRules) -> Void = { _ in }
    ) throws -> String {
        var rules = ClipRules.plain
        change(&rules)
        let selection = ClipSelection(
            choice: choice, rules: rules, template: try NameTemplate(template),
            movieEnd: MediaTime(ticks: end, timescale: 1000), show: "shw_x")
        let timeline = try Timeline(Array(timelineText.utf8))
        return try selection.wishes(of: timeline).map { wish in
            let ranges = wish.ranges.map {
                "\($0.lowerBound.milliseconds)-\($0.upperBound.milliseconds)"
            }
            return "\(wish.name) \(ranges.joined(separator: "+"))"
        }.joined(separator: "; ")
    }

    @Test func `there is a clip for each pin, SKU, flash, chapter or event`() throws {
        #expect(
            try Self.select(.pin)
                == "shw_x-01-A-1.mp4 10000-20000; shw_x-02-B.mp4 20000-30000; shw_x-03-A-1.mp4 30000-40000"
        )
        #expect(
            try Self.select(.sku)
                == "shw_x-01-A-1.mp4 10000-20000+30000-40000; shw_x-02-B.mp4 20000-30000")
        #expect(try Self.select(.flash) == "shw_x-01-A-1.mp4 12000-14000")
        #expect(
            try Self.select(.chapter, template: "{title}.mp4")
                == "red-cup.mp4 10000-20000; b.mp4 20000-30000; red-cup-2.mp4 30000-40000")
        #expect(
            try Self.select(.events(["sold-out"])) { $0.leadInMilliseconds = 2000 }
                == "shw_x-01-A-1.mp4 31000-33000")
        #expect(try Self.select(.events(["sold-out"])) == "shw_x-01-A-1.mp4 33000-34000")
    }

    @Test func `lead-in and tail end at the movie's ends`() throws {
        let clips = try Self.select(.pin, end: 41_000) {
            $0.leadInMilliseconds = 15_000
            $0.tailMilliseconds = 2000
        }
        #expect(clips.contains("01-A-1.mp4 0-22000"))
        #expect(clips.contains("03-A-1.mp4 15000-41000"))
    }

    @Test func `short clips grow at their end, then at their start, and long ones are cut off`()
        throws
    {
        let grown = try Self.select(.flash) { $0.minimumMilliseconds = 20_000 }
        #expect(grown == "shw_x-01-A-1.mp4 12000-32000")
        let atEnd = try Self.select(.flash, end: 20_000) { $0.minimumMilliseconds = 15_000 }
        #expect(atEnd == "shw_x-01-A-1.mp4 5000-20000")
        let all = try Self.select(.flash, end: 20_000) { $0.minimumMilliseconds = 50_000 }
        #expect(all == "shw_x-01-A-1.mp4 0-20000")
        let cut = try Self.select(.pin) { $0.maximumMilliseconds = 3000 }
        #expect(cut.contains("02-B.mp4 20000-23000"))
        let sku = try Self.select(.sku) { $0.maximumMilliseconds = 12_000 }
        #expect(sku.contains("01-A-1.mp4 10000-20000+30000-32000"))
    }

    @Test func `near ones of one SKU become one`() throws {
        let near = try Self.select(.pin) { $0.mergeMilliseconds = 10_000 }
        #expect(near == "shw_x-01-A-1.mp4 10000-40000; shw_x-02-B.mp4 20000-30000")
        let far = try Self.select(.pin) { $0.mergeMilliseconds = 9999 }
        #expect(far.split(separator: ";").count == 3)
        // Joined moments never show anything twice.
        let wide = try Self.select(.sku) { $0.leadInMilliseconds = 15_000 }
        #expect(wide.hasPrefix("shw_x-01-A-1.mp4 0-40000;"))
    }

    private static func line(
        _ number: Int, _ start: Int64, _ end: Int64, _ name: String? = nil, sku: String? = nil
    ) -> ClipLine {
        ClipLine(
            line: number, start: MediaTime(ticks: start, timescale: 1),
            end: MediaTime(ticks: end, timescale: 1), name: name, sku: sku, title: nil)
    }

    @Test func `a list names its clips, safely`() throws {
        let list = ClipChoice.list([
            Self.line(1, 1, 2, "../../etc/passwd"), Self.line(2, 3, 4, "a b.mov"),
            Self.line(3, 5, 6, "A B"), Self.line(4, 7, 8), Self.line(5, 9, 10, "a b.MOV"),
        ])
        #expect(
            try Self.select(list)
                == "etc-passwd.mp4 1000-2000; a-b.mov 3000-4000; A-B.mp4 5000-6000; shw_x-04.mp4 7000-8000; a-b-2.MOV 9000-10000"
        )
    }

    @Test func `what cannot be cut is named with its line and time`() throws {
        func time(_ seconds: Int64) -> MediaTime { MediaTime(ticks: seconds, timescale: 1) }
        func problem(_ lines: [ClipLine]) -> ClipProblem? {
            do { _ = try Self.select(.list(lines)) } catch { return error as? ClipProblem }
            return nil
        }
        #expect(
            problem([Self.line(7, 9, 5)]) == .reversed(.line(7), start: time(9), end: time(5)))
        #expect(
            problem([Self.line(7, 5, 5)]) == .reversed(.line(7), start: time(5), end: time(5)))
        #expect(
            problem([Self.line(2, 55, 61)]) == .pastEnd(.line(2), time(61), movie: time(60)))
        #expect(
            problem([Self.line(2, 60, 61)]) == .pastEnd(.line(2), time(60), movie: time(60)))
        #expect(
            problem([Self.line(1, 10, 20), Self.line(2, 5, 11)])
                == .overlapping(.line(1), other: .line(2), time(10)))
        #expect(problem([Self.line(3, 1, 2, sku: "a:b")]) == .list(line: 3, .badSKU("a:b")))
        #expect(throws: ClipProblem.pastEnd(.pin(try SKUCode("A/1")), time(30), movie: time(25))) {
            try Self.select(.pin, end: 25_000)
        }
        let allowed = try Self.select(.pin, end: 25_000) { $0.allowsPastEnd = true }
        #expect(allowed == "shw_x-01-A-1.mp4 10000-20000; shw_x-02-B.mp4 20000-25000")
        #expect(throws: ClipProblem.nothing) { try Self.select(.events(["wave"])) }
        #expect(throws: ClipProblem.minimumAboveMaximum) {
            try Self.select(.pin) {
                $0.minimumMilliseconds = 5
                $0.maximumMilliseconds = 4
            }
        }
    }

    @Test(arguments: [
        ("", ClipProblem.TemplateFlaw.empty), ("{nope}.mp4", .unknownPlaceholder("nope")),
        ("{show", .unclosedPlaceholder), ("../x.mp4", .forbidden("/")), ("a/b", .forbidden("/")),
        (".x", .forbidden(".")), ("a\u{1b}", .forbidden("\u{1b}")), ("-x", .forbidden("-")),
    ])
    func `a template that leads elsewhere is refused`(
        _ template: String, _ flaw: ClipProblem.TemplateFlaw
    ) {
        #expect(throws: ClipProblem.template(flaw)) { try NameTemplate(template) }
    }

    @Test func `times, titles and long names become names of files`() throws {
        func name(_ template: String, title: String?, sku: String? = "S") throws -> String {
            try NameTemplate(template).name(
                NameTemplate.Values(
                    show: "..", index: 7, count: 1000, sku: sku, title: title,
                    start: MediaTime(ticks: 3_723_456, timescale: 1000),
                    end: MediaTime(ticks: 1, timescale: 1)))
        }
        #expect(try name("{start}_{end}.mp4", title: nil) == "01h02m03.456s_00h00m01.000s.mp4")
        #expect(try name("{show}-{index}-{sku}.mp4", title: nil, sku: nil) == "0007.mp4")
        #expect(try name("{title}.mp4", title: "Täßchen & Co./2") == "täßchen-co.-2.mp4")
        #expect(try name("{title}.mp4", title: "\u{202e}gpj.exe") == "gpj.exe.mp4")
        #expect(try name("{title}", title: "...") == "clip")
        let long = try name("{title}.mp4", title: String(repeating: "ü", count: 500))
        #expect(long.utf8.count == NameTemplate.maximumBytes && long.hasSuffix("ü.mp4"))
    }

    /// Whatever is listed and asked for: clips lie within the movie, none is empty, no longer than
    /// the maximum, named once and within the folder.
    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `every clip lies within the movie and has a name of its own`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        func number(_ range: ClosedRange<Int64>) -> Int64 {
            Int64.random(in: range, using: &random)
        }
        var lines = [#"{"schema":"lc.timeline/1"}"#]
        for _ in 0..<40 {
            let type = ["pin", "unpin", "price-flash", "wave"][Int(number(0...3))]
            let sku = ["A", "a", "../B", "\u{202e}"][Int(number(0...3))]
            lines.append(
                #"{"type":"\#(type)","media_time_ms":\#(number(-1000...70_000)),"data":{"sku":"\#(sku)"}}"#
            )
        }
        let timeline = try Timeline(Array(lines.joined(separator: "\n").utf8))
        let maximum = number(1...30_000)
        let rules = ClipRules(
            leadInMilliseconds: number(0...9000), tailMilliseconds: number(0...9000),
            minimumMilliseconds: min(maximum, number(0...5000)), maximumMilliseconds: maximum,
            mergeMilliseconds: number(0...1) == 0 ? nil : number(0...9000), allowsOverlap: true,
            allowsPastEnd: true)
        let end = MediaTime(ticks: number(1...60_000), timescale: 1000)
        for choice in [ClipChoice.pin, .sku, .flash, .chapter, .events(["wave"])] {
            let selection = ClipSelection(
                choice: choice, rules: rules, template: try NameTemplate("{sku}.mp4"),
                movieEnd: end, show: "s")
            let wishes: [ClipWish]
            do {
                wishes = try selection.wishes(of: timeline)
            } catch {
                #expect(error == .nothing)
                continue
            }
            #expect(Set(wishes.map { $0.name.lowercased() }).count == wishes.count)
            for wish in wishes {
                #expect(!wish.name.contains("/") && !wish.name.hasPrefix("."))
                #expect(!wish.ranges.isEmpty)
                var length: Int64 = 0
                for range in wish.ranges {
                    #expect(
                        !range.isEmpty && range.upperBound <= end && range.lowerBound.ticks >= 0)
                    length += range.upperBound.milliseconds - range.lowerBound.milliseconds
                }
                #expect(length <= maximum, "\(choice) \(wish)")
            }
        }
    }
}

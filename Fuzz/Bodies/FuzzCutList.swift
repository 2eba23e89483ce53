import Cutting
import Primitives

/// A cut list of anybody's, in any form: its clips lie within the movie, each with its own name.
package func fuzzCutList(_ bytes: [UInt8]) {
    guard let rate = ClipFrameRate(numerator: 30000, denominator: 1001),
        let lines = try? CutList.read(bytes, frameRate: rate),
        let template = try? NameTemplate(NameTemplate.standard)
    else { return }
    let end = MediaTime(ticks: 600_000, timescale: 1001)
    var rules = ClipRules.plain
    rules.leadInMilliseconds = 500
    rules.minimumMilliseconds = 1000
    rules.maximumMilliseconds = 90_000
    rules.allowsOverlap = true
    rules.allowsPastEnd = true
    let selection = ClipSelection(
        choice: .list(lines), rules: rules, template: template, movieEnd: end, show: "shw_x")
    guard let wishes = try? selection.wishes(of: nil) else { return }
    precondition(Set(wishes.map(\.name)).count == wishes.count, "a name stands twice")
    for wish in wishes {
        precondition(!wish.name.isEmpty && wish.name.utf8.count <= NameTemplate.maximumBytes)
        precondition(!wish.name.contains("/") && !wish.name.hasPrefix("."), "out of the folder")
        for range in wish.ranges {
            precondition(!range.isEmpty && range.lowerBound.ticks >= 0 && range.upperBound <= end)
        }
    }
}

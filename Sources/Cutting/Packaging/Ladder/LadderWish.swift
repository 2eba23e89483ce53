/// A rung that a ladder is wished to have, as `720p@2.8M` says it.
package struct LadderWish: Sendable, Hashable {
    /// Lines of the picture where it lies, columns where it stands: its shorter side.
    package let lines: Int
    /// At most so many bits in a second; nil for what is usual at that size.
    package let bitRate: Int?

    package enum Limits {
        package static let lines = 120...2160
        package static let bitRates = 50_000...50_000_000
        package static let rungs = 8
    }

    package init(lines: Int, bitRate: Int?) {
        self.lines = lines
        self.bitRate = bitRate
    }

    /// Why a text is no ladder.
    package enum Problem: Error, Equatable {
        case empty
        case tooMany(limit: Int)
        /// Not of the form `720p` or `720p@2.8M`.
        case malformed(String)
        case lines(Int)
        case bitRate(String)
        /// The same size twice.
        case repeated(lines: Int)
    }

    /// What a ladder has where nothing is wished.
    package static let usual = [1080, 720, 480, 360].map { LadderWish(lines: $0, bitRate: nil) }

    /// Reads `720p@2.8M,480p@1200k,360p`; the highest comes first, however they are written.
    package static func parse(_ text: String) throws(Problem) -> [LadderWish] {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard !text.isEmpty else { throw .empty }
        guard parts.count <= Limits.rungs else { throw .tooMany(limit: Limits.rungs) }
        var wishes: [LadderWish] = []
        for part in parts {
            let wish = try rung(part)
            guard !wishes.contains(where: { $0.lines == wish.lines }) else {
                throw .repeated(lines: wish.lines)
            }
            wishes.append(wish)
        }
        return wishes.sorted { $0.lines > $1.lines }
    }

    private static func rung(_ text: Substring) throws(Problem) -> LadderWish {
        let halves = text.split(separator: "@", omittingEmptySubsequences: false)
        guard (1...2).contains(halves.count), halves[0].last == "p",
            let lines = Int(halves[0].dropLast()), lines > 0
        else { throw .malformed(String(text)) }
        guard Limits.lines.contains(lines) else { throw .lines(lines) }
        guard halves.count == 2 else { return LadderWish(lines: lines, bitRate: nil) }
        guard let rate = bitRate(halves[1]), Limits.bitRates.contains(rate) else {
            throw .bitRate(String(halves[1]))
        }
        return LadderWish(lines: lines, bitRate: rate)
    }

    /// `2.8M`, `800k` or plain bits in a second.
    private static func bitRate(_ text: Substring) -> Int? {
        let unit: Int
        switch text.last {
        case "M": unit = 1_000_000
        case "k": unit = 1_000
        default: return Int(text)
        }
        let parts = text.dropLast().split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = Int(parts[0]), (0...100_000) ~= whole
        else { return nil }
        guard parts.count == 2 else { return whole * unit }
        guard (1...3).contains(parts[1].utf8.count), parts[1].allSatisfy(\.isNumber),
            let fraction = Int(parts[1])
        else { return nil }
        let scale = [100, 10, 1][parts[1].utf8.count - 1]
        return whole * unit + fraction * scale * unit / 1000
    }
}

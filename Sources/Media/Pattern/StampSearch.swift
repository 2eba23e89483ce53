import WebRTC

/// Looks for the known row of a burned clock anywhere in a picture, and at any scale.
///
/// Line by line it takes the places where the picture turns from bright to dark and back; the known
/// row is where thirteen of them follow each other at the right distances. So it costs a pass over
/// the picture, whatever the scale.
struct StampSearch {
    private enum Limits {
        /// Lines that a picture is looked at in.
        static let lines = 180
        /// Turns by less than so many levels are noise.
        static let turn: Int32 = 28
        /// How far an edge may be from its place, as a part of a block.
        static let slack = 0.34
        static let leastBlock = 2.5
        static let traces = 12
        /// Heights of a block that are tried, each so much more than the one before.
        static let step = 1.035
    }

    /// Where bright turns to dark between two blocks of the known row, and back, in blocks from its
    /// left.
    private static let edges: InlineArray<13, Double> = [
        1, 2, 3, 5, 7, 10, 13, 15, 16, 17, 18, 19, 22,
    ]

    /// Lines one below the other that have the known row at the same place.
    private struct Trace {
        var left: Double
        var blockWidth: Double
        let first: Int
        var last: Int
        var count = 1.0
    }

    private var line: [Int32] = []
    private var turns: [(place: Int, level: Int32)] = []
    private var crossings: [Double] = []
    private var traces: [Trace] = []

    /// The plainest code in the picture, with its place; nil where there is none.
    mutating func find(
        _ luma: Span<UInt8>, _ stride: Int, _ size: PictureSize
    ) -> (grid: StampGrid, reading: StampGrid.Reading)? {
        traces.removeAll(keepingCapacity: true)
        if line.count != size.width { line = [Int32](repeating: 0, count: size.width) }
        let height = max(1, size.height / Limits.lines)
        let spacing = max(2, height)
        var y = 0
        while y + height <= size.height {
            sum(y..<y + height, luma, stride)
            Self.find(&turns, &crossings, in: line, noise: Limits.turn * Int32(height))
            match(y, spacing)
            y += spacing
        }
        var best: (grid: StampGrid, reading: StampGrid.Reading)?
        for trace in traces {
            guard let found = Self.read(trace, spacing, luma, stride, size),
                found.reading.plainness > best?.reading.plainness ?? 0
            else { continue }
            best = found
        }
        return best
    }

    private mutating func sum(_ rows: Range<Int>, _ luma: Span<UInt8>, _ stride: Int) {
        var line = line.mutableSpan
        let first = luma.extracting(
            rows.lowerBound * stride..<rows.lowerBound * stride + line.count)
        for x in line.indices { line[x] = Int32(first[x]) }
        for y in rows.dropFirst() {
            let row = luma.extracting(y * stride..<y * stride + line.count)
            for x in line.indices { line[x] &+= Int32(row[x]) }
        }
    }

    /// The line's peaks and valleys, and where it crosses the middle between two of them.
    private static func find(
        _ turns: inout [(place: Int, level: Int32)], _ crossings: inout [Double],
        in pixels: [Int32], noise: Int32
    ) {
        turns.removeAll(keepingCapacity: true)
        crossings.removeAll(keepingCapacity: true)
        let line = pixels.span
        guard line.count > 1 else { return }
        var high = (place: 0, level: line[0])
        var low = high
        // Above zero it climbs, below it falls.
        var direction = 0
        for x in 1..<line.count {
            let level = line[x]
            if level > high.level { high = (x, level) }
            if level < low.level { low = (x, level) }
            if direction >= 0, high.level &- level > noise {
                turns.append(high)
                direction = -1
                low = (x, level)
            } else if direction <= 0, level &- low.level > noise {
                turns.append(low)
                direction = 1
                high = (x, level)
            }
        }
        turns.append(direction < 0 ? low : high)
        guard turns.count > 13 else { return }
        for index in 1..<turns.count {
            crossings.append(crossing(line, turns[index - 1], turns[index]))
        }
    }

    private static func crossing(
        _ line: Span<Int32>, _ from: (place: Int, level: Int32), _ to: (place: Int, level: Int32)
    ) -> Double {
        let middle = (from.level &+ to.level) / 2
        let falls = to.level < from.level
        var x = from.place + 1
        while x < to.place, falls ? line[x] > middle : line[x] < middle { x += 1 }
        let (before, after) = (line[x - 1], line[x])
        guard before != after else { return Double(x) }
        // Of pixels' middles: an edge between two of them is at the border of the second.
        return Double(x - 1) + 0.5 + Double(middle &- before) / Double(after &- before)
    }

    private mutating func match(_ y: Int, _ spacing: Int) {
        guard crossings.count >= 13 else { return }
        // Peaks and valleys take turns: every other crossing falls.
        var first = turns[1].level < turns[0].level ? 0 : 1
        while first + 13 <= crossings.count {
            if let found = fit(first) { note(found.left, found.blockWidth, y, spacing) }
            first += 2
        }
    }

    private func fit(_ first: Int) -> (left: Double, blockWidth: Double)? {
        let rough = (crossings[first + 12] - crossings[first]) / 21
        guard rough >= Limits.leastBlock else { return nil }
        for index in 1..<12 {
            let place = crossings[first] + rough * (Self.edges[index] - 1)
            guard abs(crossings[first + index] - place) < 2 * Limits.slack * rough else {
                return nil
            }
        }
        var sums = (x: 0.0, y: 0.0, xx: 0.0, xy: 0.0)
        for index in 0..<13 {
            let (x, y) = (Self.edges[index], crossings[first + index])
            sums = (sums.x + x, sums.y + y, sums.xx + x * x, sums.xy + x * y)
        }
        let width = (13 * sums.xy - sums.x * sums.y) / (13 * sums.xx - sums.x * sums.x)
        let left = (sums.y - width * sums.x) / 13
        for index in 0..<13 {
            guard
                abs(crossings[first + index] - left - width * Self.edges[index])
                    < Limits.slack * width
            else { return nil }
        }
        return (left, width)
    }

    private mutating func note(_ left: Double, _ width: Double, _ y: Int, _ spacing: Int) {
        for index in traces.indices {
            let trace = traces[index]
            guard y - trace.last <= 3 * spacing, abs(trace.left - left) < width / 2,
                abs(trace.blockWidth - width) < width / 20
            else { continue }
            traces[index].left += (left - trace.left) / (trace.count + 1)
            traces[index].blockWidth += (width - trace.blockWidth) / (trace.count + 1)
            traces[index].count += 1
            traces[index].last = y
            return
        }
        if traces.count < Limits.traces {
            traces.append(Trace(left: left, blockWidth: width, first: y, last: y))
        }
    }

    // MARK: - From a row to all of it

    private static func read(
        _ trace: Trace, _ spacing: Int, _ luma: Span<UInt8>, _ stride: Int, _ size: PictureSize
    ) -> (grid: StampGrid, reading: StampGrid.Reading)? {
        guard trace.left >= -1, trace.left + 24 * trace.blockWidth <= Double(size.width) + 1 else {
            return nil
        }
        var grid = StampGrid(
            left: max(0, trace.left), top: 0, blockWidth: trace.blockWidth, blockHeight: 0)
        grid.top = top(trace, luma, stride, size)
        let seen = Double(trace.last - trace.first)
        var height = max(2, seen * 0.8)
        let most = (seen + 2 * Double(spacing)) * 1.4
        var best: (grid: StampGrid, reading: StampGrid.Reading)?
        while height <= most {
            grid.blockHeight = height
            if let reading = grid.read(luma, stride, size),
                reading.plainness > best?.reading.plainness ?? 0
            {
                best = (grid, reading)
            }
            height = max(height * Limits.step, height + 0.1)
        }
        return best
    }

    /// Where the bright blocks of the known row begin, below the dark border that is above them.
    private static func top(
        _ trace: Trace, _ luma: Span<UInt8>, _ stride: Int, _ size: PictureSize
    ) -> Double {
        func level(_ y: Int, bright: Bool) -> Double {
            var (sum, count) = (0, 0)
            for column in 0..<PatternCode.Limits.columns
            where PatternCode.isBright(column, PatternCode.knownRow) == bright {
                let x = Int(trace.left + (Double(column) + 0.5) * trace.blockWidth)
                guard x >= 0, x < size.width else { continue }
                sum += Int(luma[y * stride + x])
                count += 1
            }
            return Double(sum) / Double(max(1, count))
        }
        let inside = (trace.first + trace.last) / 2
        let middle = (level(inside, bright: true) + level(inside, bright: false)) / 2
        var y = inside
        var last = level(y, bright: true)
        while y > 0 {
            let above = level(y - 1, bright: true)
            if above < middle {
                // The rows' middles are half a pixel below their upper ends.
                return Double(y) - 0.5 + (middle - above) / max(1, last - above)
            }
            last = above
            y -= 1
        }
        return 0
    }
}

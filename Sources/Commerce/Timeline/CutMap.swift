package import Primitives

/// Which stretches of a source an output holds, and where they begin in it, in exact ticks.
package struct CutMap: Sendable, Equatable {
    package struct Stretch: Sendable, Hashable {
        package let sourceStart: Int64
        /// Not part of it.
        package let sourceEnd: Int64
        package let outputStart: Int64

        package var duration: Int64 { sourceEnd - sourceStart }
        package var outputEnd: Int64 { outputStart + duration }
    }

    /// Why some ranges are no cut map.
    package enum Problem: Error, Equatable {
        case empty
        case tooMany(limit: Int)
        case badTimescale
        /// By its place, from 0: it ends before it begins, or lies before the source.
        case badRange(Int)
        /// The ranges have no timescale in common.
        case tooFine
        case malformed(FieldProblem)
    }

    package static let schema = "lc.cut-map/1"
    package static let maximumCount = 100_000
    /// Ticks of a source or an output: 13 days of nanoseconds, and still whole in milliseconds
    /// on any timescale.
    private static let maximumTicks: Int64 = 1 << 50

    package let timescale: Int32
    /// In the order of the output; not empty, none is empty.
    package let stretches: [Stretch]

    /// Joins ranges of a source, each in ticks, in this order.
    package init(timescale: Int32, ranges: [Range<Int64>]) throws(Problem) {
        guard timescale > 0 else { throw .badTimescale }
        guard !ranges.isEmpty else { throw .empty }
        guard ranges.count <= Self.maximumCount else { throw .tooMany(limit: Self.maximumCount) }
        var outputStart: Int64 = 0
        var stretches: [Stretch] = []
        stretches.reserveCapacity(ranges.count)
        for (index, range) in ranges.enumerated() {
            guard range.lowerBound >= 0, !range.isEmpty, range.upperBound <= Self.maximumTicks,
                outputStart <= Self.maximumTicks
            else { throw .badRange(index) }
            stretches.append(
                Stretch(
                    sourceStart: range.lowerBound, sourceEnd: range.upperBound,
                    outputStart: outputStart))
            outputStart += Int64(range.count)
        }
        self.timescale = timescale
        self.stretches = stretches
    }

    /// Joins ranges of media time, exactly, on the least timescale that they have in common.
    package init(_ ranges: [Range<MediaTime>]) throws(Problem) {
        guard let first = ranges.first else { throw .empty }
        var timescale = Int64(first.lowerBound.timescale)
        for time in ranges.flatMap({ [$0.lowerBound, $0.upperBound] }) {
            timescale = Self.leastCommonMultiple(timescale, Int64(time.timescale))
            guard timescale <= Int64(Int32.max) else { throw .tooFine }
        }
        let common = Int32(timescale)
        var exact: [Range<Int64>] = []
        for (index, range) in ranges.enumerated() {
            let limit = MediaTime(ticks: Self.maximumTicks / timescale, timescale: 1)
            guard range.lowerBound >= MediaTime(ticks: 0, timescale: 1), range.upperBound <= limit
            else { throw .badRange(index) }
            exact.append(
                range.lowerBound.rescaled(to: common)
                    .ticks..<range.upperBound.rescaled(to: common).ticks)
        }
        try self.init(timescale: common, ranges: exact)
    }

    package var duration: MediaTime {
        MediaTime(ticks: stretches.last?.outputEnd ?? 0, timescale: timescale)
    }

    private static func leastCommonMultiple(_ left: Int64, _ right: Int64) -> Int64 {
        var (divisor, rest) = (left, right)
        while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
        return left / divisor * right
    }
}

// As a document, in ticks.

extension CutMap {
    package var json: JSON {
        var object = JSONObject()
        object["schema"] = .string(Self.schema)
        object["timescale"] = .integer(Int64(timescale))
        object["duration_ms"] = .integer(duration.milliseconds)
        object["ranges"] = .array(
            stretches.map { stretch in
                var object = JSONObject()
                object["output_start_ticks"] = .integer(stretch.outputStart)
                object["source_end_ticks"] = .integer(stretch.sourceEnd)
                object["source_start_ticks"] = .integer(stretch.sourceStart)
                return .object(object)
            })
        return .object(object)
    }

    package init(_ json: JSON) throws(Problem) {
        let read: (timescale: Int32, ranges: [Range<Int64>])
        do {
            read = try Self.read(json)
        } catch let problem as FieldProblem {
            throw .malformed(problem)
        } catch {
            throw .empty
        }
        try self.init(timescale: read.timescale, ranges: read.ranges)
    }

    private static func read(_ json: JSON) throws -> (timescale: Int32, ranges: [Range<Int64>]) {
        var fields = try JSONFields(json)
        let schema = try fields.requireString("schema")
        guard schema == Self.schema else {
            throw FieldProblem(
                field: "schema", value: schema, flaw: .badForm(expected: Self.schema))
        }
        let timescale = try fields.requireInteger("timescale")
        let list = try fields.require(fields.array("ranges"), "ranges")
        let ranges = try list.enumerated().map { index, json in
            var fields = try JSONFields(json, path: "ranges[\(index)].")
            let start = try fields.requireInteger("source_start_ticks")
            let end = try fields.requireInteger("source_end_ticks")
            guard start <= end else {
                throw FieldProblem(
                    field: "ranges[\(index)].source_end_ticks", value: String(end),
                    flaw: .badForm(expected: "after \(start)"))
            }
            return start..<end
        }
        return (Int32(exactly: timescale) ?? 0, ranges)
    }
}

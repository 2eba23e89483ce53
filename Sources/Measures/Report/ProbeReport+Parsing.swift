package import Primitives

extension ProbeReport {
    /// Bounds of what is read of a document.
    package enum ReadingLimits {
        package static let bytes = 64 << 20
        static let windows = ProbeReport.maximumWindows
        static let remarks = 1_000
        /// More than any URL that can be asked for.
        static let text = 16_384
        static let buckets = 2 * Histogram.places
        /// Of all histograms together: two buckets far apart take the room of all between them.
        static let places = 1 << 25
        static let limits = 16
        /// Of a picture.
        static let pixels: Int64 = 1 << 16
    }

    package init(parsing bytes: Span<UInt8>) throws(ReportProblem) {
        guard bytes.count <= ReadingLimits.bytes else {
            throw .tooLarge(limit: ReadingLimits.bytes)
        }
        let json: JSON
        do {
            json = try JSON(parsing: bytes)
        } catch {
            throw .syntax(error)
        }
        try self.init(json: json)
    }

    /// Members that are not known are ignored, and so is what follows from the others.
    package init(json: JSON) throws(ReportProblem) {
        guard let document = ReportNode(json) else { throw .schema(nil) }
        let schema = json["schema"]?.stringValue
        guard schema == Self.schema else { throw .schema(schema.map { String($0.prefix(64)) }) }
        let runs = try document.list("runs", atMost: Self.maximumRuns, Run.init(reading:))
        guard let first = runs.first else { throw .bad(path: "runs") }
        self.init(run: first)
        self.runs = runs
        facts = try Facts(reading: try document.object("facts"))
        clock = try ClockReport(reading: try document.object("clock"))
        machine = try MachineReport(reading: try document.object("machine"))
        var places = 0
        windows = try document.list("windows", atMost: ReadingLimits.windows) {
            node throws(ReportProblem) in
            let window = try MeasureLog.Window(reading: node)
            try Self.count(window.measures, in: &places, node)
            return window
        }
        viewers = try document.list("viewers", atMost: Self.maximumViewers) {
            node throws(ReportProblem) in
            let viewer = try Viewer(reading: node)
            try Self.count(viewer.measures, in: &places, node)
            return viewer
        }
        remarks = try document.list(
            "remarks", atMost: ReadingLimits.remarks, Remark.init(reading:))
        latencyMethods = try document.names(
            "latency_methods", atMost: MeasureSet.latencyMeasures.count, Measure.init(rawValue:))
    }

    private static func count(
        _ measures: MeasureSet, in places: inout Int, _ node: ReportNode
    ) throws(ReportProblem) {
        places += measures.places
        guard places <= ReadingLimits.places else {
            throw .tooMany(path: node.path("measures"), limit: ReadingLimits.places)
        }
    }
}

extension ProbeReport.Run {
    fileprivate init(reading node: ReportNode) throws(ReportProblem) {
        guard let started = WallClock(rfc3339: try node.text("started")) else {
            throw .bad(path: node.path("started"))
        }
        self.init(
            target: try node.text("target"),
            kind: try node.name("kind", ProbeReport.Kind.init(rawValue:)),
            host: try node.text("host"), started: started,
            length: try node.duration("length_us", in: .zero...ReportNode.longest),
            ending: try node.text("ending"))
    }
}

extension ProbeReport.Facts {
    fileprivate init(reading node: ReportNode) throws(ReportProblem) {
        self.init()
        videoCodec = try node.optionalText("video_codec")
        audioCodec = try node.optionalText("audio_codec")
        profile = try node.optionalText("profile")
        route = try node.optionalText("route")
        server = try node.optionalText("server")
        let pixels = 0...ProbeReport.ReadingLimits.pixels
        width = try node.optionalInteger("width", in: pixels).map { Int($0) }
        height = try node.optionalInteger("height", in: pixels).map { Int($0) }
    }
}

extension ProbeReport.Viewer {
    fileprivate init(reading node: ReportNode) throws(ReportProblem) {
        self.init(
            number: Int(try node.integer("number", in: 0...Int64(Int32.max))),
            isDecoding: try node.bool("is_decoding"),
            failure: try node.optionalText("failure"), measures: try MeasureSet(reading: node))
    }
}

extension ProbeReport.Remark {
    fileprivate init(reading node: ReportNode) throws(ReportProblem) {
        self.init(
            code: try node.text("code"), detail: try node.optionalText("detail"),
            count: try node.integer("count", in: 0...Int64.max))
    }
}

extension MeasureLog.Window {
    fileprivate init(reading node: ReportNode) throws(ReportProblem) {
        self.init(
            start: try node.duration("start_us", in: .zero...ReportNode.longest),
            length: try node.duration("length_us", in: .zero...ReportNode.longest),
            measures: try MeasureSet(reading: node))
    }
}

extension ClockReport {
    fileprivate init(reading node: ReportNode) throws(ReportProblem) {
        self.init(standing: try node.name("standing", Standing.init(rawValue:)))
        let span = ReportNode.span
        source = try node.optionalText("source")
        offset = try node.optionalDuration("offset_us", in: span)
        uncertainty = try node.optionalDuration("uncertainty_us", in: .zero...span.upperBound)
        driftPartsPerMillion = try node.optionalNumber("drift_ppm")
        exchanges = Int(try node.integer("exchanges", in: 0...Int64(Int32.max)))
        bestRoundTrip = try node.optionalDuration("best_round_trip_us", in: span)
        steps = Int(try node.integer("steps", in: 0...Int64(Int32.max)))
    }
}

extension MachineReport {
    fileprivate init(reading node: ReportNode) throws(ReportProblem) {
        self.init()
        processors = Int(try node.integer("processors", in: 0...Int64(Int32.max)))
        processorShare = try node.optionalNumber("processor_share")
        residentBytes = try node.optionalInteger("resident_bytes", in: 0...Int64.max)
        socketDrops = try node.integer("socket_drops", in: 0...Int64.max)
        lateness = try node.optionalDuration(
            "lateness_us", in: ReportNode.span)
        limits =
            try node.names(
                "limits", atMost: ProbeReport.ReadingLimits.limits, Limit.init(rawValue:)) ?? []
    }
}

extension MeasureSet {
    /// Measures and counts that this program does not know are left out.
    fileprivate init(reading node: ReportNode) throws(ReportProblem) {
        self.init()
        let measures = try node.object("measures")
        for measure in Measure.allCases {
            guard let member = try measures.optionalObject(measure.rawValue) else { continue }
            add(try Histogram(reading: member, measure.unit), to: measure)
        }
        let tallies = try node.object("tallies")
        for tally in Tally.allCases {
            let times = try tallies.optionalInteger(tally.rawValue, in: 0...Int64.max)
            if let times { count(tally, times) }
        }
    }
}

extension Histogram {
    fileprivate init(reading node: ReportNode, _ unit: Measure.Unit) throws(ReportProblem) {
        guard try node.text("unit") == unit.rawValue else { throw .bad(path: node.path("unit")) }
        guard let rows = node["buckets"]?.arrayValue else {
            throw .missing(path: node.path("buckets"))
        }
        let limit = ProbeReport.ReadingLimits.buckets
        guard rows.count <= limit else {
            throw .tooMany(path: node.path("buckets"), limit: limit)
        }
        var buckets: [Bucket] = []
        buckets.reserveCapacity(rows.count)
        for (index, row) in rows.enumerated() {
            guard let pair = row.arrayValue, pair.count == 2, let value = pair[0].integerValue,
                let times = pair[1].integerValue
            else { throw .bad(path: "\(node.path("buckets"))[\(index)]") }
            buckets.append(Bucket(value: value, count: times))
        }
        let range = -Self.largest...Self.largest
        let whole = Histogram(
            buckets: buckets, sum: try node.integer("sum", in: Int64.min...Int64.max),
            least: try node.integer("least", in: range),
            greatest: try node.integer("greatest", in: range))
        let count = try node.integer("count", in: 1...Int64.max)
        guard let whole, whole.count == count else { throw .bad(path: node.path("buckets")) }
        self = whole
    }
}

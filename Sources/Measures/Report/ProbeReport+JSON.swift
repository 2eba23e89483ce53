package import Primitives

extension ProbeReport {
    package static let schema = "lc.probe-report/1"

    /// The document `lc.probe-report/1`: all that `init(json:)` reads back, and under `totals` what
    /// follows from it, for who has no wish to add up histograms.
    package var json: JSON {
        let totals = totals
        var object = JSONObject()
        object["clock"] = clock.json
        object["facts"] = facts.json
        if let latencyMethods {
            object["latency_methods"] = .array(latencyMethods.map { .string($0.rawValue) })
        }
        object["machine"] = machine.json
        object["remarks"] = .array(remarks.map(\.json))
        object["runs"] = .array(runs.map(\.json))
        object["schema"] = .string(Self.schema)
        object["totals"] = totalsJSON(totals)
        object["viewers"] = .array(viewers.map(\.json))
        object["windows"] = .array(windows.map(\.json))
        return .object(object)
    }

    /// `.totals.measures.latency.p95_us` and the like; `latency` and `av_offset` name their method.
    private func totalsJSON(_ totals: MeasureSet) -> JSON {
        var measures = JSONObject()
        for measure in Measure.allCases where !totals[measure].isEmpty {
            measures[measure.rawValue] = totals[measure].summary(measure.unit)
        }
        var object = JSONObject()
        if let method = totals.offsetMeasure {
            measures[Measure.avOffset.rawValue] = totals.offsets.summary(method.unit)
            object["av_offset_method"] = .string(method.rawValue)
        }
        if let method = latencyMeasure(in: totals) {
            measures[Measurable.latencyName] = totals[method].summary(method.unit)
            object["latency_method"] = .string(method.rawValue)
        }
        object["measures"] = .object(measures)
        var ratios = JSONObject()
        for ratio in Ratio.allCases {
            ratios[ratio.rawValue] = totals[ratio].flatMap { JSON($0) }
        }
        object["ratios"] = .object(ratios)
        object["tallies"] = totals.talliesJSON
        return .object(object)
    }
}

extension ProbeReport.Run {
    fileprivate var json: JSON {
        [
            "ending": .string(ending), "host": .string(host), "kind": .string(kind.rawValue),
            "length_us": length.microsecondsJSON, "started": .string(started.rfc3339),
            "target": .string(target),
        ]
    }
}

extension ProbeReport.Facts {
    fileprivate var json: JSON {
        var object = JSONObject()
        object["audio_codec"] = audioCodec.map(JSON.string)
        object["height"] = height.map { .integer(Int64($0)) }
        object["profile"] = profile.map(JSON.string)
        object["route"] = route.map(JSON.string)
        object["server"] = server.map(JSON.string)
        object["video_codec"] = videoCodec.map(JSON.string)
        object["width"] = width.map { .integer(Int64($0)) }
        return .object(object)
    }
}

extension ProbeReport.Viewer {
    fileprivate var json: JSON {
        var object = JSONObject()
        object["failure"] = failure.map(JSON.string)
        object["is_decoding"] = .bool(isDecoding)
        object["measures"] = measures.measuresJSON
        object["number"] = .integer(Int64(number))
        object["tallies"] = measures.talliesJSON
        return .object(object)
    }
}

extension ProbeReport.Remark {
    fileprivate var json: JSON {
        var object = JSONObject()
        object["code"] = .string(code)
        object["count"] = .integer(count)
        object["detail"] = detail.map(JSON.string)
        return .object(object)
    }
}

extension MeasureLog.Window {
    fileprivate var json: JSON {
        [
            "length_us": length.microsecondsJSON, "measures": measures.measuresJSON,
            "start_us": start.microsecondsJSON, "tallies": measures.talliesJSON,
        ]
    }
}

extension ClockReport {
    fileprivate var json: JSON {
        var object = JSONObject()
        object["best_round_trip_us"] = bestRoundTrip?.microsecondsJSON
        object["drift_ppm"] = driftPartsPerMillion.flatMap { JSON($0) }
        object["exchanges"] = .integer(Int64(exchanges))
        object["offset_us"] = offset?.microsecondsJSON
        object["source"] = source.map(JSON.string)
        object["standing"] = .string(standing.rawValue)
        object["steps"] = .integer(Int64(steps))
        object["uncertainty_us"] = uncertainty?.microsecondsJSON
        return .object(object)
    }
}

extension MachineReport {
    fileprivate var json: JSON {
        var object = JSONObject()
        object["lateness_us"] = lateness?.microsecondsJSON
        object["limits"] = .array(limits.map { .string($0.rawValue) })
        object["processor_share"] = processorShare.flatMap { JSON($0) }
        object["processors"] = .integer(Int64(processors))
        object["resident_bytes"] = residentBytes.map(JSON.integer)
        object["socket_drops"] = .integer(socketDrops)
        return .object(object)
    }
}

extension MeasureSet {
    /// Only what has been measured, as histograms that can be added up.
    package var measuresJSON: JSON {
        var object = JSONObject()
        for measure in Measure.allCases where !self[measure].isEmpty {
            object[measure.rawValue] = self[measure].json(measure.unit)
        }
        return .object(object)
    }

    /// Only what has been counted.
    package var talliesJSON: JSON {
        var object = JSONObject()
        for tally in Tally.allCases where self[tally] != 0 {
            object[tally.rawValue] = .integer(self[tally])
        }
        return .object(object)
    }
}

extension Histogram {
    /// Buckets by the value in their middle.
    package func json(_ unit: Measure.Unit) -> JSON {
        var object = JSONObject()
        object["buckets"] = .array(
            buckets.map { .array([.integer($0.value), .integer($0.count)]) })
        object["count"] = .integer(count)
        object["greatest"] = greatest.map(JSON.integer)
        object["least"] = least.map(JSON.integer)
        object["sum"] = .integer(sum)
        object["unit"] = .string(unit.rawValue)
        return .object(object)
    }

    /// The usual figures of it, each named with the unit.
    package func summary(_ unit: Measure.Unit) -> JSON {
        var object = JSONObject()
        object["count"] = .integer(count)
        object["unit"] = .string(unit.rawValue)
        object["mean_\(unit.rawValue)"] = mean.flatMap { JSON(($0 * 100).rounded() / 100) }
        for (name, value) in [
            ("max", greatest), ("min", least), ("p50", quantile(0.5)), ("p95", quantile(0.95)),
            ("p99", quantile(0.99)), ("total", sum),
        ] {
            object["\(name)_\(unit.rawValue)"] = value.map(JSON.integer)
        }
        return .object(object)
    }
}

extension Duration {
    /// Whole microseconds as they are; a rest behind the point, so that nothing is lost.
    package var microsecondsJSON: JSON {
        let (seconds, attoseconds) = components
        let perMicrosecond: Int64 = 1_000_000_000_000
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow else { return .integer(seconds < 0 ? .min : .max) }
        let whole = scaled.addingClamped(attoseconds / perMicrosecond)
        let rest = (attoseconds % perMicrosecond).magnitude
        guard rest > 0 else { return .integer(whole) }
        var digits = String(rest)
        digits = String(repeating: "0", count: 12 - digits.utf8.count) + digits
        while digits.utf8.last == UInt8(ascii: "0") { digits.removeLast() }
        return .decimal("\(self < .zero ? "-" : "")\(whole.magnitude).\(digits)")
    }

    /// Nil where it is no number, or one beyond some 280 years.
    package init?(microsecondsJSON json: JSON) {
        switch json {
        case .integer(let value):
            guard value.magnitude <= Self.largestMicroseconds else { return nil }
            self = .microseconds(value)
        case .decimal(let text):
            let isNegative = text.utf8.first == UInt8(ascii: "-")
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 2, parts[1].utf8.count <= 12,
                parts[1].utf8.allSatisfy(\.isASCIIDigit),
                let whole = Int64(parts[0]), whole.magnitude <= Self.largestMicroseconds,
                let rest = Int64(parts[1] + String(repeating: "0", count: 12 - parts[1].utf8.count))
            else { return nil }
            let (seconds, micros) = whole.quotientAndRemainder(dividingBy: 1_000_000)
            let signed = isNegative ? -rest : rest
            self.init(
                secondsComponent: seconds,
                attosecondsComponent: micros * 1_000_000_000_000 + signed)
        default: return nil
        }
    }

    private static var largestMicroseconds: UInt64 { 1 << 53 }
}

import Primitives

/// What one step came to.
struct LoadReport {
    /// Where a server counts as keeping up, and where the generator counts as the limit.
    enum Limits {
        /// What is on its way at either end of the time is not counted exactly.
        static let delivered = 0.99
        static let delayMicroseconds = 100_000.0
        static let ownShare = 0.95
        static let lagMicroseconds = 50_000.0
        static let publishedShare = 0.98
        /// The core's time is counted in ticks, and is less exact than the process's.
        static let strangersShare = 0.1
    }

    var viewers = 0
    var watching = 0
    var seconds = 0.0
    var published = 0
    var publishedBytes = 0
    var received = 0
    var gaps = 0
    var repairs = 0
    var damaged = 0
    var delays = LoadHistogram()
    var joinMilliseconds: [Double] = []
    var keyframeMilliseconds: [Double] = []
    var server = ServerFigures()
    var serverBefore = ServerFigures()
    var residentAlone = 0
    var knowsServer = false
    var knowsCore = false
    var ownSeconds = 0.0
    var lag = LoadHistogram()
    var ownDrops = 0
    var unsent = 0
    var failure: String?

    private var serverShare: Double {
        (server.processSeconds - serverBefore.processSeconds) / seconds
    }
    private var coreShare: Double {
        (server.coreSeconds - serverBefore.coreSeconds) / seconds
    }
    private var expected: Int { published * watching }
    private var delivered: Double {
        expected == 0 ? 0 : Double(received) / Double(expected)
    }
    private var publishedShare: Double {
        // 60 frames of a group in about 260 packets, and 100 sounds.
        Double(published) / (seconds * LoadPace.packetsPerSecond)
    }

    /// Whether the server kept up: everything came, in time.
    var isHolding: Bool {
        watching == viewers && delivered >= Limits.delivered && gaps == 0
            && delays.percentile(0.99) <= Limits.delayMicroseconds
    }

    /// Why the step says nothing of the server.
    var isVoidBecause: [String] {
        var reasons: [String] = []
        let share = ownSeconds / seconds
        if share > Limits.ownShare { reasons.append("the generator used its whole core") }
        if ownDrops > 0 { reasons.append("the generator's sockets dropped \(ownDrops)") }
        if unsent > 0 { reasons.append("the generator could not send \(unsent)") }
        if lag.percentile(0.99) > Limits.lagMicroseconds {
            reasons.append("the generator read late")
        }
        if knowsServer, knowsCore, coreShare > serverShare + Limits.strangersShare {
            reasons.append("others used the server's core")
        }
        if publishedShare < Limits.publishedShare {
            reasons.append("the generator published too little")
        }
        return reasons
    }

    /// One line of JSON.
    var json: String {
        var members: [(String, String)] = [
            ("viewers", "\(viewers)"), ("watching", "\(watching)"),
            ("seconds", fixed(seconds, 3)), ("published_packets", "\(published)"),
            ("published_bits_per_second", fixed(Double(publishedBytes) * 8 / seconds, 0)),
            ("received_packets", "\(received)"), ("delivered", fixed(delivered, 5)),
            ("gaps", "\(gaps)"), ("repairs", "\(repairs)"), ("damaged", "\(damaged)"),
            ("delay_p50_us", fixed(delays.percentile(0.5), 0)),
            ("delay_p99_us", fixed(delays.percentile(0.99), 0)),
            ("delay_max_us", fixed(delays.largestMicroseconds, 0)),
            ("join_p50_ms", fixed(percentile(joinMilliseconds, 0.5), 1)),
            ("join_p99_ms", fixed(percentile(joinMilliseconds, 0.99), 1)),
            ("keyframe_p50_ms", fixed(percentile(keyframeMilliseconds, 0.5), 1)),
            ("keyframe_p99_ms", fixed(percentile(keyframeMilliseconds, 0.99), 1)),
            ("holds", "\(isHolding)"),
            ("generator_core_share", fixed(ownSeconds / seconds, 3)),
            ("generator_lag_p99_us", fixed(lag.percentile(0.99), 0)),
        ]
        if knowsServer { members += serverMembers }
        if knowsCore { members.append(("server_core_busy", fixed(coreShare, 3))) }
        let reasons = isVoidBecause.map { "\"\($0)\"" }.joined(separator: ", ")
        members.append(("void", "[\(reasons)]"))
        if let failure {
            let plain = failure.filter { $0 != "\"" && $0 != "\\" && !$0.isNewline }
            members.append(("failure", "\"\(plain)\""))
        }
        return "{" + members.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
    }

    private var serverMembers: [(String, String)] {
        let used = server.processSeconds - serverBefore.processSeconds
        let each = received == 0 ? 0 : used / Double(received) * 1e6
        let grown = Double(server.residentKilobytes - residentAlone) / Double(max(watching, 1))
        return [
            ("server_cpu_share", fixed(serverShare, 3)),
            ("server_us_per_packet", fixed(each, 2)),
            ("server_resident_kb", "\(server.residentKilobytes)"),
            ("server_kb_per_viewer", fixed(grown, 1)),
            ("server_socket_drops", "\(server.drops - serverBefore.drops)"),
        ]
    }

    private func percentile(_ values: [Double], _ share: Double) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }
}

/// How many packets a second the show has on average.
enum LoadPace {
    static let packetsPerSecond: Double = {
        var show = LoadShow()
        var packets = 0
        let frames = 20 * LoadShow.framesPerGroup
        for number in 0..<frames {
            // As the packetiser cuts: parameter sets in one, and pieces of 1,120 bytes at most.
            let count = show.frame(number).count
            packets += (count + 1117) / 1118 + (LoadShow.isKeyframe(number) ? 1 : 0)
        }
        let seconds = Double(frames) / Double(LoadShow.framesPerSecond)
        return Double(packets) / seconds + Double(LoadShow.soundsPerSecond)
    }()
}

/// A number with so many decimals.
func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return "0" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let whole = Int((value * scale).rounded())
    guard decimals > 0 else { return String(whole) }
    let digits = String(whole.magnitude)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return (whole < 0 ? "-" : "") + padded.dropLast(decimals) + "." + padded.suffix(decimals)
}

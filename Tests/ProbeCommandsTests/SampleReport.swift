import Measures
import Primitives

/// A report that is made up from a seed: what outputs are tried on.
enum SampleReport {
    /// Half a minute of a show with a freeze in it, watched by one viewer.
    static func show(seed: UInt64 = 5, latency: Int64 = 210_000) -> ProbeReport {
        var random = SeededRandom(seed: seed)
        var report = ProbeReport(run: run())
        report.facts = facts()
        report.clock = ClockReport(standing: .measured)
        report.clock.source = "http://relay.example/clock"
        report.clock.offset = .microseconds(-12_300)
        report.clock.uncertainty = .microseconds(420)
        report.clock.driftPartsPerMillion = 1.25
        report.clock.exchanges = 16
        report.clock.bestRoundTrip = .microseconds(840)
        report.machine.processors = 2
        report.machine.processorShare = 0.31
        report.machine.residentBytes = 48_300_000
        report.machine.lateness = .microseconds(1_900)
        report.windows = (0..<30).map { second in
            MeasureLog.Window(
                start: .seconds(second), length: .seconds(1),
                measures: window(second, latency, &random))
        }
        start(&report.windows[0].measures)
        report.viewers = [
            ProbeReport.Viewer(
                number: 1, isDecoding: true, failure: nil, measures: report.totals)
        ]
        report.remarks = [
            ProbeReport.Remark(code: "decoder_late", count: 3),
            ProbeReport.Remark(code: "something_new", detail: "a <b>bold</b> claim"),
        ]
        return report
    }

    static func run(target: String = "https://live.example/whep/show") -> ProbeReport.Run {
        ProbeReport.Run(
            target: target, kind: .whep, host: "field-1",
            started: WallClock(millisecondsSince1970: 1_796_148_000_000), length: .seconds(30),
            ending: "finished")
    }

    /// One that never saw anything.
    static func refused() -> ProbeReport {
        var report = ProbeReport(run: run())
        report.runs[0].ending = "signaling"
        report.runs[0].length = .milliseconds(80)
        var measures = MeasureSet()
        measures.count(.viewersAsked)
        measures.count(.viewersFailed)
        measures.add(900, to: .startTCP)
        report.windows = [
            MeasureLog.Window(start: .zero, length: .milliseconds(80), measures: measures)
        ]
        return report
    }

    /// Two runs of many viewers of which some failed, on a machine that was too slow.
    static func crowd() -> ProbeReport {
        var report = show()
        var second = run()
        second.started = second.started + .seconds(300)
        second.host = "field-2"
        second.ending = "ice"
        report.runs.append(second)
        report.clock = ClockReport(standing: .same)
        report.machine.limits = [.processor, .socket]
        report.machine.socketDrops = 1_234
        for number in 2...40 {
            var measures = MeasureSet()
            measures.add(Int64(40_000 + 500 * number), to: .startPacket)
            measures.count(.framesReceived, 900)
            measures.count(.viewersAsked)
            measures.count(number == 7 ? .viewersFailed : .viewersJoined)
            report.viewers.append(
                ProbeReport.Viewer(
                    number: number, isDecoding: false, failure: number == 7 ? "ice" : nil,
                    measures: measures))
            report.windows[0].measures.merge(measures)
        }
        report.windows[0].measures.add(310_000, to: .startup)
        report.remarks = []
        return report
    }

    private static func facts() -> ProbeReport.Facts {
        var facts = ProbeReport.Facts()
        facts.videoCodec = "h264"
        facts.audioCodec = "opus"
        facts.width = 1280
        facts.height = 720
        facts.profile = "AEAD_AES_128_GCM"
        facts.route = "host-host/udp"
        facts.server = "whip-relay/0.1.0"
        return facts
    }

    private static func start(_ measures: inout MeasureSet) {
        for (phase, value) in [
            (Measure.startDNS, 1_200), (.startTCP, 3_100), (.startTLS, 9_800),
            (.startPOST, 21_000), (.startICE, 36_500), (.startDTLS, 48_200),
            (.startPacket, 51_000), (.startKeyframe, 95_400), (.startup, 131_000),
        ] as [(Measure, Int64)] {
            measures.add(value, to: phase)
        }
        measures.count(.viewersAsked)
        measures.count(.viewersJoined)
    }

    private static func window(
        _ second: Int, _ latency: Int64, _ random: inout SeededRandom
    ) -> MeasureSet {
        var measures = MeasureSet()
        let isFrozen = second == 17
        let frames = isFrozen ? 12 : 30
        for frame in 0..<frames {
            let network = latency - 60_000 + Int64.random(in: -9_000...25_000, using: &random)
            let buffer = Int64.random(in: 38_000...46_000, using: &random)
            let decode = Int64.random(in: 4_000...9_000, using: &random)
            measures.add(network, to: .delayNetwork)
            measures.add(buffer, to: .delayBuffer)
            measures.add(decode, to: .delayDecode)
            measures.add(network + buffer + decode, to: .latencyBurned)
            measures.add(network - 8_000, to: .latencyCapture)
            let gap = isFrozen && frame == 5 ? 633_000 : Int64(33_333)
            measures.add(gap + Int64.random(in: -4_000...4_000, using: &random), to: .frameGap)
        }
        if isFrozen {
            measures.add(633_000, to: .freeze)
            measures.add(633_000, to: .rebuffer)
            measures.add(4, to: .lossRun)
            measures.count(.packetsMissed, 4)
            measures.count(.packetsRepaired, 3)
            measures.count(.nacks, 4)
            measures.count(.keyframesAsked)
            measures.count(.framesSkipped, 18)
        }
        measures.add(Int64(frames) * 1000, to: .frameRate)
        measures.count(.framesReceived, Int64(frames))
        measures.count(.framesDecoded, Int64(frames))
        measures.count(.stampsRead, Int64(frames))
        if second.isMultiple(of: 2) {
            measures.count(.keyframes)
            measures.add(2_000_000, to: .keyframeInterval)
        }
        let bytes = Int64.random(in: 240_000...262_000, using: &random)
        measures.count(.bytesReceived, bytes)
        measures.add(bytes * 8, to: .bitRate)
        measures.count(.packetsExpected, 260)
        measures.count(.packetsReceived, isFrozen ? 256 : 260)
        measures.count(.watchedMicroseconds, 1_000_000)
        measures.add(Int64.random(in: 900...2_400, using: &random), to: .jitter)
        measures.add(Int64.random(in: 780...1_100, using: &random), to: .roundTrip)
        measures.count(.soundsReceived, 50)
        let lead = Int64.random(in: -6_000...14_000, using: &random)
        measures.add(abs(lead), to: .avOffset)
        measures.add(lead, to: .avLead)
        measures.add(Int64.random(in: -2_400 ... -2_200, using: &random), to: .loudness)
        return measures
    }

    static func assertions(_ texts: [String]) throws -> [Assertion] {
        try texts.map { try Assertion(parsing: $0) }
    }

    static let demands = [
        "latency.p95<800ms", "freeze.ratio<0.6%", "av_offset.p95<80ms", "piece_load.p95<1s",
    ]
}

import Measures

/// What a probe notices beside its measures; the raw value is its code in reports.
package enum ProbeRemark: String, Sendable, CaseIterable {
    // Clocks; the detail is whom was asked.

    case clockUnresolved = "clock_unresolved"
    /// Who was asked has not answered.
    case clockSilent = "clock_silent"
    /// Who was asked answers, and not as a clock does.
    case clockAbsent = "clock_absent"
    /// Who was asked does not want to be asked.
    case clockDenied = "clock_denied"
    /// The sender's clock was set.
    case clockStepped = "clock_stepped"
    /// Our own clock was set.
    case clockSet = "clock_set"

    // Decoders; the detail is the codec.

    /// Frames were left out since the decoder was behind.
    case decoderLate = "decoder_late"
    case decoderAbsent = "decoder_absent"
    case decoderFailed = "decoder_failed"

    // What was wanted beside the report

    /// Rows of frames found no room.
    case samplesDropped = "samples_dropped"
    /// Packets found no room in the capture.
    case captureDropped = "capture_dropped"
}

extension ProbeReport.Remark {
    init(_ remark: ProbeRemark, detail: String? = nil, count: Int64 = 1) {
        self.init(code: remark.rawValue, detail: detail, count: count)
    }
}

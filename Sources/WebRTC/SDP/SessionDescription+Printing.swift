extension SessionDescription {
    /// The description with CRLF after each line.
    package var text: String {
        var writer = SDPWriter()
        writer.line("v=0")
        let numbers = "\(origin.sessionID) \(origin.version)"
        writer.line("o=\(origin.username) \(numbers) \(origin.address)")
        writer.line("s=\(name)")
        writer.line("t=0 0")
        for group in groups {
            writer.line("a=group:\(([group.semantics.rawValue] + group.mids).spaced)")
        }
        let allMixed = media.allSatisfy(\.allowsMixedExtensions)
        writer.line("a=extmap-allow-mixed", if: allMixed && !media.isEmpty)
        writer.line("a=ice-lite", if: isICELite)
        for section in media { section.write(to: &writer, saysMixed: !allMixed) }
        return writer.text
    }
}

/// Lines put one after another; what a value cannot hold is left out of it.
struct SDPWriter {
    private(set) var text = ""

    mutating func line(_ line: String, if condition: Bool = true) {
        guard condition else { return }
        // A line end inside a value would begin a line of somebody else's choosing.
        if line.utf8.contains(where: \.isControl) {
            text += String(decoding: line.utf8.filter { !$0.isControl }, as: UTF8.self)
        } else {
            text += line
        }
        text += "\r\n"
    }

    mutating func attribute(_ name: String, _ value: String?) {
        if let value { line("a=\(name):\(value)") }
    }
}

extension [String] {
    var spaced: String { joined(separator: " ") }
}

extension MediaDescription {
    fileprivate func write(to writer: inout SDPWriter, saysMixed: Bool) {
        let formats = payloads.map { String($0.payloadType) } + otherFormats
        writer.line("m=\(([kind.text, String(port), transport.text] + formats).spaced)")
        writer.line("c=IN IP4 0.0.0.0")
        writeTransport(to: &writer)
        writer.attribute("mid", mid)
        writer.line("a=extmap-allow-mixed", if: saysMixed && allowsMixedExtensions)
        for item in extensions { writer.attribute("extmap", item.text) }
        writer.line("a=\(direction.rawValue)")
        writer.attribute("msid", msid?.text)
        writer.line("a=bundle-only", if: isBundleOnly)
        writer.line("a=rtcp-mux", if: hasRTCPMux)
        writer.line("a=rtcp-mux-only", if: hasRTCPMuxOnly)
        writer.line("a=rtcp-rsize", if: hasReducedSizeRTCP)
        for payload in payloads { payload.write(to: &writer) }
        writer.attribute("ptime", packetMilliseconds.map { String($0) })
        writer.attribute("maxptime", maximumPacketMilliseconds.map { String($0) })
        writer.attribute("framerate", framesPerSecond.map(Self.decimal))
        for rid in rids { writer.attribute("rid", rid.text) }
        writer.attribute("simulcast", simulcast?.text)
        for group in ssrcGroups {
            let ssrcs = group.ssrcs.map { String($0) }
            writer.attribute("ssrc-group", ([group.semantics.rawValue] + ssrcs).spaced)
        }
        for source in ssrcs { source.write(to: &writer) }
    }

    private func writeTransport(to writer: inout SDPWriter) {
        for candidate in candidates { writer.attribute("candidate", candidate) }
        writer.line("a=end-of-candidates", if: hasEndOfCandidates)
        writer.attribute("ice-ufrag", credentials?.ufrag)
        writer.attribute("ice-pwd", credentials?.password)
        writer.attribute("ice-options", iceOptions.isEmpty ? nil : iceOptions.spaced)
        for fingerprint in fingerprints { writer.attribute("fingerprint", fingerprint.text) }
        writer.attribute("setup", setup?.rawValue)
    }

    /// Without a fraction where there is none.
    private static func decimal(_ value: Double) -> String {
        Int(exactly: value).map { String($0) } ?? "\(value)"
    }
}

extension PayloadFormat {
    fileprivate func write(to writer: inout SDPWriter) {
        if let format {
            writer.line("a=rtpmap:\(payloadType) \(format.mapping)")
            if !format.parameters.isEmpty {
                writer.line("a=fmtp:\(payloadType) \(CodecParameter.text(format.parameters))")
            }
        }
        for (kind, name) in RTCPFeedbackSet.names where feedback.contains(kind) {
            writer.line("a=rtcp-fb:\(payloadType) \(name)")
        }
    }
}

extension SSRCDescription {
    fileprivate func write(to writer: inout SDPWriter) {
        writer.line("a=ssrc:\(ssrc)", if: cname == nil && msid == nil)
        if let cname { writer.line("a=ssrc:\(ssrc) cname:\(cname)") }
        if let msid { writer.line("a=ssrc:\(ssrc) msid:\(msid.text)") }
    }
}

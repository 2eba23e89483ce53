/// What an offer and its answer have agreed on: all that a peer needs to know of them.
package struct NegotiatedSession: Sendable, Equatable {
    package let remoteCredentials: ICECredentials
    /// Values of `a=candidate`, as they came.
    package let remoteCandidates: [String]
    package let remoteHasEndOfCandidates: Bool
    package let remoteICEOptions: [String]
    package let isRemoteICELite: Bool
    /// The remote certificate must match one of them.
    package let remoteFingerprints: [CertificateFingerprint]
    /// Our part in the handshake.
    package let role: DTLSRole
    /// The accepted m-lines.
    package let media: [NegotiatedMedia]
    /// What the other end should have written otherwise, and was taken nevertheless.
    package let deviations: [SDPDeviation]
}

/// What has been agreed on for one m-line.
package struct NegotiatedMedia: Sendable, Equatable {
    /// Which m-line of the description, from 0.
    package let line: Int
    package let mid: String?
    package let kind: MediaKind
    /// From our view.
    package let direction: MediaDirection
    /// The preferred one first; never empty.
    package let codecs: [NegotiatedCodec]
    package let extensions: RTPExtensionMap
    package let remoteSources: [MediaSource]
    /// What we have declared to send.
    package let localSource: MediaSource?
    /// The layers that the sender names; empty without simulcast.
    package let rids: [String]
    package let usesReducedSizeRTCP: Bool
}

/// A codec that both ends take, under its number.
package struct NegotiatedCodec: Sendable, Equatable {
    package let payloadType: UInt8
    package let rtxPayloadType: UInt8?
    /// As the other end wrote it: what it can receive, or says of what it sends.
    package let format: CodecFormat
    package let feedback: RTCPFeedbackSet
}

/// One flow of packets, and the one that repairs it.
package struct MediaSource: Sendable, Hashable {
    package let ssrc: UInt32
    package let rtxSSRC: UInt32?
    package let cname: String?
    package let msid: MSID?

    package init(ssrc: UInt32, rtxSSRC: UInt32?, cname: String?, msid: MSID?) {
        self.ssrc = ssrc
        self.rtxSSRC = rtxSSRC
        self.cname = cname
        self.msid = msid
    }
}

/// A rule that the other end broke, and that we can do without.
package enum SDPDeviation: Sendable, Hashable, CaseIterable {
    case noSetup
    case noMID
    case noBundleInAnswer
    case noRTCPMuxInAnswer
    /// The answer wants to send where the offer only sends, or to receive where it only receives.
    case directionTooWide
}

/// Why an offer can't be answered, or an answer can't be accepted; m-lines count from 0.
package enum NegotiationProblem: Error, Equatable {
    case noMedia
    case duplicateMID(String)
    case noBundle
    case noRTCPMux(line: Int)
    case noFingerprint
    case noCredentials
    case notSecure(line: Int)
    case noCommonCodec(line: Int)
    /// Both ends want to send, or both to receive.
    case noCommonDirection(line: Int)
    /// More m-lines of a kind than there are plans for it.
    case unwantedMedia(line: Int)
    case nothingAcceptable
    case illegalSetup
    case mediaCountDiffers(offered: Int, answered: Int)
    case kindDiffers(line: Int)
    case midDiffers(line: Int)
    case codecNotOffered(line: Int, payloadType: UInt8)
    case extensionNotOffered(line: Int, id: UInt8)
}

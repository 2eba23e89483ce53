extension RTPExtensionMap {
    /// The first m-line attribute for a known extension counts.
    package init(_ extensions: [HeaderExtension]) {
        self.init()
        for header in extensions {
            guard let kind = RTPExtensionKind(rawValue: header.uri), self[kind] == nil else {
                continue
            }
            self[kind] = header.id
        }
    }
}

extension RTPExtensionKind {
    /// The same on every m-line, as bundled ones share their numbers (RFC 8843 9.2).
    var offeredID: UInt8 {
        switch self {
        case .mid: 1
        case .rid: 2
        case .repairedRID: 3
        case .audioLevel: 4
        case .absoluteSendTime: 5
        case .absoluteCaptureTime: 6
        case .transportSequence: 7
        case .playoutDelay: 8
        case .videoOrientation: 9
        }
    }
}

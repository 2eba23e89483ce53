package import WebRTC

/// Kinds of capture devices, by the words that name them in an address.
package enum DeviceKind: String, Sendable, Hashable, CaseIterable {
    case v4l2
    case alsa
    case pulse
    case x11

    package var media: MediaKind {
        switch self {
        case .v4l2, .x11: .video
        case .alsa, .pulse: .audio
        }
    }

    /// What libavdevice calls it.
    var formatName: String {
        switch self {
        case .v4l2: "v4l2"
        case .alsa: "alsa"
        case .pulse: "pulse"
        case .x11: "x11grab"
        }
    }

    /// Taken where an address has no name; nil where there must be one.
    var defaultName: String? {
        switch self {
        case .v4l2: "/dev/video0"
        case .alsa, .pulse: "default"
        case .x11: nil
        }
    }
}

/// A capture device: its kind, its name, and how to capture.
package struct DeviceAddress: Sendable, Hashable {
    package let kind: DeviceKind
    package let name: String
    package private(set) var size: PictureSize?
    package private(set) var rate: FrameRate?
    package private(set) var sampleRate: Int?
    package private(set) var channels: Int?
    /// The pixel format that a camera is asked for, such as `yuyv422` or `mjpeg`.
    package private(set) var format: String?

    static let options = ["size", "fps", "rate", "channels", "format"]

    package init(kind: DeviceKind, name: String) {
        self.kind = kind
        self.name = name
    }

    /// Nil where the word names no device: `v4l2:/dev/video0,size=1280x720,fps=30`, `x11::99`.
    init?(parsing word: String) throws(InputAddressProblem) {
        guard let colon = word.firstIndex(of: ":"),
            let kind = DeviceKind(rawValue: String(word[..<colon])),
            !word[colon...].hasPrefix("://")
        else { return nil }
        var name = word[word.index(after: colon)...]
        let options = AddressOptions(takingFrom: &name, known: Self.options)
        guard let name = name.isEmpty ? kind.defaultName : String(name) else {
            throw .deviceWithoutName(kind)
        }
        self.init(kind: kind, name: name)
        for (option, value) in options.pairs { try set(option, value) }
    }

    private mutating func set(_ option: String, _ value: String) throws(InputAddressProblem) {
        switch option {
        case "size": size = try AddressOptions.size(option, value)
        case "fps": rate = try AddressOptions.rate(option, value)
        case "rate": sampleRate = try AddressOptions.number(option, value, in: 8_000...192_000)
        case "channels": channels = try AddressOptions.number(option, value, in: 1...8)
        default: format = value
        }
    }
}

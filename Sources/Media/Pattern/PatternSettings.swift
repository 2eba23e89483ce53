package import WebRTC

/// What the test pattern is like: `test:size=1280x720,fps=30,gop=60`.
package struct PatternSettings: Sendable, Hashable {
    package var size = PictureSize(width: 1280, height: 720)
    package var rate = FrameRate.thirty
    /// Pictures from one keyframe to the next; nil leaves it to who encodes.
    package var keyframeInterval: Int?
    /// Hertz of the steady tone between the beeps.
    package var tone = 440
    package var hasPicture = true
    package var hasSound = true

    static let options = ["size", "fps", "gop", "tone", "picture", "sound"]

    package init() {}

    /// Reads what stands behind `test:`; nothing there means the defaults.
    package init(parsing text: String) throws(InputAddressProblem) {
        let options = try AddressOptions(parsing: text[...], known: Self.options)
        for (option, value) in options.pairs { try set(option, value) }
        guard hasPicture || hasSound else { throw .nothingToSend }
    }

    private mutating func set(_ option: String, _ value: String) throws(InputAddressProblem) {
        switch option {
        case "size": size = try AddressOptions.size(option, value)
        case "fps": rate = try AddressOptions.rate(option, value)
        case "gop": keyframeInterval = try AddressOptions.number(option, value, in: 1...10_000)
        case "tone": tone = try AddressOptions.number(option, value, in: 20...20_000)
        case "picture": hasPicture = try AddressOptions.isOn(option, value)
        default: hasSound = try AddressOptions.isOn(option, value)
        }
    }
}

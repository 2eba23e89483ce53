import TestSupport

/// What ffmpeg shows and plays of a file: every picture with its number and time, and the sound.
struct Viewing: Sendable {
    struct Shown: Sendable {
        /// Nil where it cannot be read.
        let number: Int?
        let seconds: Double
    }

    let pictures: [Shown]
    /// The grey of all pictures, one after the other.
    let gray: [UInt8]
    let size: (width: Int, height: Int)
    let sound: [Float]
    /// When the first of the sound is played; nil without sound.
    let soundStart: Double?
    static let soundRate = 48_000

    func gray(of picture: Int) -> ArraySlice<UInt8> {
        let count = size.width * size.height
        return gray[picture * count..<(picture + 1) * count]
    }

    /// The pictures by their numbers: the first of each.
    var places: [Int: Int] {
        var places: [Int: Int] = [:]
        for (place, picture) in pictures.enumerated().reversed() {
            if let number = picture.number { places[number] = place }
        }
        return places
    }

    init(_ path: String, hasSound: Bool, view: NumberedPicture.View = .whole) throws {
        let folder = ScratchFolder()
        var words = ["-xerror", "-copyts", "-noautorotate", "-i", path]
        let pictures = ["-map", "0:v:0", "-fps_mode", "passthrough", "-pix_fmt", "gray"]
        words += pictures + ["-enc_time_base", "-1", "-f", "framecrc", folder.path("v.crc")]
        words += pictures + ["-f", "rawvideo", folder.path("v.gray")]
        if hasSound {
            let how = ["-map", "0:a:0", "-ac", "1", "-ar", "\(Self.soundRate)"]
            words += how + ["-c:a", "pcm_f32le", "-f", "framecrc", folder.path("a.crc")]
            words += how + ["-f", "f32le", folder.path("a.pcm")]
        }
        try MediaPrograms.make(words)
        let list = folder.read("v.crc")
        let times = Self.times(list)
        size = try Self.size(list)
        gray = Files.bytes(folder.path("v.gray")) ?? []
        let count = size.width * size.height
        guard gray.count == count * times.count else {
            throw MediaFailure(words: "\(path): \(gray.count) bytes, \(times.count) pictures")
        }
        var shown: [Shown] = []
        for (place, time) in times.enumerated() {
            let number = NumberedPicture.number(
                in: gray[place * count..<(place + 1) * count], width: size.width,
                height: size.height, view)
            shown.append(Shown(number: number, seconds: time))
        }
        self.pictures = shown
        sound = hasSound ? Self.floats(Files.bytes(folder.path("a.pcm")) ?? []) : []
        soundStart = hasSound ? Self.times(folder.read("a.crc")).first : nil
    }

    /// The line `#dimensions 0: 160x90`.
    private static func size(_ list: String) throws -> (width: Int, height: Int) {
        let line = list.split(separator: "\n").first { $0.hasPrefix("#dimensions") }
        let sizes = (line?.split { $0 == " " || $0 == "x" } ?? []).compactMap { Int($0) }
        guard sizes.count == 2 else { throw MediaFailure(words: "no size in '\(list)'") }
        return (sizes[0], sizes[1])
    }

    /// The presentation times of a list that ffmpeg's framecrc has written.
    private static func times(_ text: String) -> [Double] {
        var base = 0.0
        var times: [Double] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix("#tb 0:") {
                let parts = line.dropFirst(6).split(separator: "/")
                let numbers = parts.compactMap { Double($0.filter { $0 != " " }) }
                base = numbers.count == 2 ? numbers[0] / numbers[1] : 0
            }
            guard !line.hasPrefix("#") else { continue }
            let fields = line.split(separator: ",").map { $0.filter { $0 != " " } }
            if fields.count > 2, let time = Double(fields[2]) { times.append(time * base) }
        }
        return times
    }

    private static func floats(_ bytes: [UInt8]) -> [Float] {
        var floats = [Float](repeating: 0, count: bytes.count / 4)
        unsafe floats.withUnsafeMutableBytes { unsafe $0.copyBytes(from: bytes.prefix($0.count)) }
        return floats
    }
}

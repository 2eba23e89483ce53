/// What the files of a show's recordings are called.
enum RecordingName {
    /// File systems take 255 bytes; number and endings want some.
    static let maximumLength = 200
    /// How many recordings of one show may lie in one folder.
    static let maximumNumber = 10_000

    /// A name of a show as one of a file, whatever is in it.
    static func stem(_ show: String) -> String {
        var stem = ""
        for byte in show.utf8 {
            let isPlain =
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                // No hidden file, and no way up.
                case UInt8(ascii: "."): !stem.isEmpty
                default: false
                }
            let digits = String(byte, radix: 16)
            let text =
                isPlain
                ? String(Unicode.Scalar(byte)) : "%" + (byte < 16 ? "0" : "") + digits
            guard stem.utf8.count + text.utf8.count <= maximumLength else { break }
            stem += text
        }
        return stem.isEmpty ? "%" : stem
    }

    static func numbered(_ stem: String, _ number: Int) -> String {
        number == 1 ? stem : "\(stem)-\(number)"
    }
}

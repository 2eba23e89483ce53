/// What remarks say, by their code.
enum RemarkWords {
    /// Nil for a code that another version of this program gave.
    static func text(_ code: String) -> String? {
        texts.first { $0.code == code }?.text
    }

    private static let texts: [(code: String, text: String)] = [
        ("decoder_late", "pictures waited for the decoder"),
        ("decoder", "the decoder could not be started"),
    ]
}

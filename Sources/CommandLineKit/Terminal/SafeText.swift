/// Text that quotes somebody, made harmless for a terminal.
package enum SafeText {
    /// Control characters and whatever reorders text are written as `\u{1B}`.
    package static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isDangerous) else { return text }
        var safe = ""
        for scalar in text.unicodeScalars {
            if scalar != "\n", isDangerous(scalar) {
                safe += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }

    /// One line: line ends are escaped as well.
    package static func oneLine(_ text: String) -> String {
        let safe = escaped(text)
        guard safe.unicodeScalars.contains("\n") else { return safe }
        return String(safe.flatMap { $0 == "\n" ? Array("\\n") : [$0] })
    }

    private static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0: true
        // Direction marks, embeddings, overrides and isolates; line and paragraph separators.
        case 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}

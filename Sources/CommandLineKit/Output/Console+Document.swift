package import Primitives

extension Console {
    /// Prints one answer: the words, or the document on one line (indented on a terminal).
    package func answer(
        _ invocation: Invocation, _ document: JSON, text: () -> String
    ) throws {
        switch invocation[StandardOptions.documentFormat] {
        case .text:
            let words = text()
            if !words.isEmpty { try print(words) }
        case .json: try print(traits.isOutputTerminal ? document.indentedText : document.text)
        }
    }
}

package import Primitives

extension JSONProblem {
    package var words: String {
        switch self {
        case .unexpectedEnd: "it ends too early"
        case .unexpectedByte(let offset): "byte \(offset + 1) is not expected there"
        case .badNumber(let offset): "the number at byte \(offset + 1) is malformed"
        case .badEscape(let offset): "the escape at byte \(offset + 1) is malformed"
        case .controlCharacter(let offset): "byte \(offset + 1) is a bare control character"
        case .badUTF8(let offset): "the text at byte \(offset + 1) is not UTF-8"
        case .duplicateName(let name, let offset):
            "the object at byte \(offset + 1) has '\(name)' twice"
        case .tooDeep(let offset): "it nests too deep at byte \(offset + 1)"
        }
    }
}

@testable import Primitives
import Testing

@Suite struct JSONTests {
    @Test func `members are sorted whatever order they came in`() throws {
        let json: JSON = ["b": 1, "a": [true, "x\n\u{7F}\u{85}"]]
        #expect(json.text == #"{"a":[true,"x\n\u007f\u0085"],"b":1}"#)
        #expect(try JSON(parsing: #"{"b":1,"a":2}"#).text == #"{"a":2,"b":1}"#)
    }

    @Test(arguments: [
        (
            #" {"a" : [ 1 , -2.50e+3, true,false , null ] } "#,
            #"{"a":[1,-2.50e+3,true,false,null]}"#
        ),
        (#""\u00e9\ud83d\ude00\/\b\f""#, #""é😀/\u0008\u000c""#),
        ("9223372036854775807", "9223372036854775807"),
        ("9223372036854775808", "9223372036854775808"),
        ("-0", "0"), ("{}", "{}"), ("[]", "[]"), (#""""#, #""""#), ("0", "0"),
    ])
    func `a valid document reads and prints`(input: String, output: String) throws {
        let json = try JSON(parsing: input)
        #expect(json.text == output)
        #expect(try JSON(parsing: json.indentedText) == json)
    }

    @Test(arguments: [
        ("", JSONProblem.unexpectedEnd), ("{", .unexpectedEnd), ("[1", .unexpectedEnd),
        (#"{"a""#, .unexpectedEnd), (#""abc"#, .unexpectedEnd), ("tru", .unexpectedEnd),
        ("-", .unexpectedEnd), ("[1,]", .unexpectedByte(offset: 3)),
        (#"{"a":1,}"#, .unexpectedByte(offset: 7)), ("{a:1}", .unexpectedByte(offset: 1)),
        ("1 2", .unexpectedByte(offset: 2)), ("NaN", .unexpectedByte(offset: 0)),
        ("nul!", .unexpectedByte(offset: 3)), ("01", .badNumber(offset: 0)),
        ("1.", .badNumber(offset: 0)), ("[1e]", .badNumber(offset: 1)),
        ("-x", .badNumber(offset: 0)), (#""\x""#, .badEscape(offset: 1)),
        (#""\ud800""#, .badEscape(offset: 1)), (#""\udc00\ud800""#, .badEscape(offset: 1)),
        (#""\u12g4""#, .badEscape(offset: 1)), ("\"a\tb\"", .controlCharacter(offset: 2)),
        (#"[{"a":1,"a":2}]"#, .duplicateName("a", offset: 2)),
        (String(repeating: "[", count: 65), .tooDeep(offset: 64)),
    ])
    func `an invalid document is refused where it goes wrong`(text: String, problem: JSONProblem) {
        #expect(throws: problem) { _ = try JSON(parsing: text) }
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        let bytes: [UInt8] = [0x22, 0x61, 0xFF, 0x22]
        #expect(throws: JSONProblem.badUTF8(offset: 1)) { try JSON(parsing: bytes.span) }
    }

    @Test func `a number keeps the digits it was written with`() throws {
        #expect(try JSON(parsing: "19.99") == .decimal("19.99"))
        #expect(JSON(0.1)?.text == "0.1")
        #expect(JSON(Double.nan) == nil)
    }

    @Test func `whatever is written reads back the same`() throws {
        var random = SeededRandom(seed: 7)
        for _ in 0..<2000 {
            let json = JSON.random(depth: 4, using: &random)
            #expect(try JSON(parsing: json.text) == json)
        }
    }

    @Test func `mutilated documents never trap`() throws {
        var random = SeededRandom(seed: 11)
        for _ in 0..<5000 {
            var bytes = Array(JSON.random(depth: 4, using: &random).text.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = .random(
                    in: 0...255, using: &random)
            }
            _ = try? JSON(parsing: bytes.span)
        }
    }
}

extension JSON {
    /// A document to test with, never deeper than `depth`.
    static func random(depth: Int, using random: inout SeededRandom) -> JSON {
        let choices = depth == 0 ? 4 : 6
        switch Int.random(in: 0..<choices, using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .integer(.random(in: .min ... .max, using: &random))
        case 3: return .string(text(using: &random))
        case 4:
            let count = Int.random(in: 0...4, using: &random)
            return .array((0..<count).map { _ in .random(depth: depth - 1, using: &random) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                object[text(using: &random)] = .random(depth: depth - 1, using: &random)
            }
            return .object(object)
        }
    }

    private static func text(using random: inout SeededRandom) -> String {
        let letters = Array("ab\"\\/\n\t\u{1}\u{7F}\u{9F}é😀 ".unicodeScalars)
        var text = ""
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            guard let letter = letters.randomElement(using: &random) else { continue }
            text.unicodeScalars.append(letter)
        }
        return text
    }
}

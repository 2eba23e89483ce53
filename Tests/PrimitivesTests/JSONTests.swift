import Primitives
import Testing

@Suite struct JSONTests {
    @Test func `members are sorted whatever order they came in`() {
        let json: JSON = ["b": 1, "a": [true, "x\n\u{7F}\u{85}"]]
        #expect(json.text == #"{"a":[true,"x\n\u007f\u0085"],"b":1}"#)
    }
}

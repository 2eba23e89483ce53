@testable import Signaling
import Testing

@Suite struct ICEServerFileTests {
    @Test func `a file of servers has one a line, with its password or without`() throws {
        let text = "# ours\n\nstun:stun.example\r\nturn:turn.example:3478 user secret\n"
        let servers = try ICEServer.all(inFile: Array(text.utf8))
        #expect(servers.map(\.url) == ["stun:stun.example", "turn:turn.example:3478"])
        #expect(servers.map(\.credential) == [nil, "secret"])
    }

    @Test(arguments: [
        ("http://stun.example", 1), ("stun:a\nturn:b user", 2), ("turn:", 1),
        ("turn:user:secret@turn.example", 1), ("stun", 1),
        (String(repeating: "stun:a\n", count: 17), 17),
    ])
    func `what is none is told by its line`(text: String, line: Int) {
        #expect(throws: ICEServer.FileProblem(line: line)) {
            try ICEServer.all(inFile: Array(text.utf8))
        }
    }
}

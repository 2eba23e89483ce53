import Media
import Publishing
import Relaying
import Signaling

/// A text as a list of inputs, as the inputs themselves, and as files of tokens.
package func fuzzLists(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    if let entries = try? PlaylistFile.entries(text, at: "folder/list.m3u") {
        precondition(
            (1...PlaylistFile.Limits.entries).contains(entries.count), "a list past its limit")
        for entry in entries.prefix(100) {
            precondition(!entry.isEmpty, "an input without a name")
            _ = try? InputAddress(parsing: entry)
        }
    }
    _ = try? InputAddress(parsing: text)
    if let tokens = try? TokenTable.general(bytes, path: "tokens") {
        precondition(!tokens.isEmpty && tokens.allSatisfy { isToken($0.bearer) }, "no token")
    }
    if let (publish, play) = try? TokenTable.byShow(bytes, path: "tokens") {
        for access in publish + play {
            precondition(access.name?.isEmpty == false && isToken(access.bearer), "no token")
        }
    }
}

private func isToken(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
}

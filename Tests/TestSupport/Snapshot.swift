import Glibc
package import Testing

/// Compares text with the file that holds what it should be. A missing file is recorded, and the
/// test fails once; RECORD_SNAPSHOTS=1 records anew.
package func expectSnapshot(
    _ text: String, _ name: String, file: String = #filePath,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let folder =
        file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        .joined(separator: "/") + "/Snapshots"
    let path = "\(folder)/\(name)"
    let isRecording = unsafe getenv("RECORD_SNAPSHOTS") != nil
    guard let expected = Files.read(path), !isRecording else {
        unsafe mkdir(folder, 0o755)
        record(text, at: path)
        if !isRecording {
            Issue.record("recorded \(name); look at it", sourceLocation: sourceLocation)
        }
        return
    }
    guard text != expected else { return }
    let difference = firstDifference(expected, text)
    Issue.record("\(name) differs: \(difference)", sourceLocation: sourceLocation)
}

private func record(_ text: String, at path: String) {
    guard let file = unsafe fopen(path, "w") else { preconditionFailure("cannot write \(path)") }
    let bytes = Array(text.utf8)
    unsafe fwrite(bytes, 1, bytes.count, file)
    unsafe fclose(file)
}

private func firstDifference(_ expected: String, _ found: String) -> String {
    let expected = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let found = found.split(separator: "\n", omittingEmptySubsequences: false)
    for line in 0..<max(expected.count, found.count) {
        let (wanted, got) = (expected.dropFirst(line).first, found.dropFirst(line).first)
        if wanted != got {
            return
                "line \(line + 1): expected '\(wanted ?? "nothing")', found '\(got ?? "nothing")'"
        }
    }
    return "nothing"
}

/// A server of HTTP for the files of a folder, ranges of them too: what a player needs.
package final class FileServer {
    /// Without a slash at its end.
    package let origin: String
    private let process: RunningProcess

    package init(_ folder: String) throws {
        let script =
            #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/") + "/Peers/files.py"
        let process = try RunningProcess(
            "/usr/bin/python3", [script, folder],
            environment: ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"])
        try eventually("the file server says its port; \(process.talk)") {
            process.output.contains("\n")
        }
        origin = "http://127.0.0.1:\(process.output.filter(\.isNumber))"
        self.process = process
    }

    deinit {
        process.closeInput()
        _ = try? process.finish(within: .seconds(5))
    }
}

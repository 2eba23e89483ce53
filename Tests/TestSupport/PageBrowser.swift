import Glibc
package import Primitives

/// A headless Chromium that opens pages and is asked what it sees, by a Python script that holds
/// its debugging pipe.
package final class PageBrowser {
    package static let chromium = "/usr/bin/chromium"
    package static var isThere: Bool { Files.exists(chromium) && Files.exists("/usr/bin/python3") }

    private let process: RunningProcess
    private let home = ScratchFolder()
    private var number = 0

    package static let camera = [
        "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
    ]
    private static let flags = [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--mute-audio",
        "--disable-extensions", "--disable-background-networking", "--disable-sync",
        "--disable-component-update", "--no-default-browser-check", "--disable-dev-shm-usage",
        "--window-size=1000,800",
    ]

    /// With `loopback`, candidates of the loopback interface, for machines that have no other.
    package init(_ flags: [String] = PageBrowser.camera, loopback: Bool = true) throws {
        let script =
            #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/") + "/Peers/browser.py"
        let network = loopback ? ["--allow-loopback-in-peer-connection"] : []
        process = try RunningProcess(
            "/usr/bin/python3",
            [script, Self.chromium] + Self.flags + flags + network
                + ["--user-data-dir=\(home.path("profile"))"],
            environment: ["PATH": "/usr/bin:/bin", "HOME": home.path, "LANG": "C.UTF-8"])
    }

    deinit { end() }

    /// The script ends Chromium with all its processes.
    package func end() {
        process.closeInput()
        process.signal(SIGTERM)
        _ = try? process.finish(within: .seconds(10))
    }

    package func open(_ url: String) throws { _ = try ask("open", url) }

    package func takePicture(_ path: String) throws { _ = try ask("picture", path) }

    @discardableResult
    package func evaluate(_ script: String) throws -> JSON { try ask("evaluate", script) }

    /// Any method of the debugging protocol, such as `Input.dispatchKeyEvent`.
    @discardableResult
    package func call(_ method: String, _ parameters: JSON = [:]) throws -> JSON {
        try ask("call", method, with: parameters)
    }

    private func ask(_ verb: String, _ argument: String, with more: JSON? = nil) throws -> JSON {
        number += 1
        var wish = JSONObject()
        wish["id"] = .integer(Int64(number))
        wish[verb] = .string(argument)
        wish["with"] = more
        process.write(JSON.object(wish).text + "\n")
        var answer: JSON?
        try eventually("Chromium does '\(verb)'; \(process.talk.suffix(1000))") {
            guard process.poll() == nil else {
                throw ProcessFailure(words: "Chromium has ended: \(process.talk.suffix(1000))")
            }
            // A long answer comes in pieces: only a line that has ended is one.
            let lines = process.output.split(separator: "\n", omittingEmptySubsequences: false)
            guard lines.count > number else { return false }
            answer = try JSON(parsing: String(lines[number - 1]))
            return true
        }
        if let error = answer?["error"]?.stringValue { throw ProcessFailure(words: error) }
        return answer?["value"] ?? .null
    }

    /// Waits until a script's value is true; fails with what the page says of itself.
    package func await(
        _ what: String, within limit: Duration = .seconds(20), _ script: String
    ) throws {
        do {
            // A page that is still loading has no elements yet.
            try eventually(what, within: limit) { (try? evaluate(script)) == .bool(true) }
        } catch {
            let status = try? evaluate("document.getElementById('status')?.textContent")
            throw ProcessFailure(words: "\(what): \(error); the page says \(status?.text ?? "-")")
        }
    }

    /// Waits until the page's status line contains some words.
    package func awaitStatus(_ words: String, within limit: Duration = .seconds(20)) throws {
        try self.await(
            "the page says '\(words)'", within: limit,
            "document.getElementById('status')?.textContent.includes('\(words)') === true")
    }
}

import Glibc
import Primitives
import TestSupport

/// A headless Chromium that does the jobs that a live server hands out, one after the other.
final class Browser {
    let server: LiveServer
    private let process: RunningProcess
    private let home = ScratchFolder()
    private var job = 0
    private var hasEnded = false

    private static let flags = [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
        "--disable-extensions", "--disable-background-networking", "--disable-sync",
        "--disable-component-update", "--mute-audio", "--no-default-browser-check",
        "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
        "--autoplay-policy=no-user-gesture-required", "--allow-loopback-in-peer-connection",
        "--disable-features=WebRtcHideLocalIpsWithMdns", "--disable-dev-shm-usage",
    ]

    init(_ server: LiveServer) throws {
        self.server = server
        guard let page = Files.read(OtherPrograms.script("browser.html")) else {
            throw LiveFailure("there is no page")
        }
        server.serve(page, at: "/browser.html")
        server.serve(#"{"number":0}"#, at: "/job")
        // A session of its own, so that all its processes can be ended together.
        process = try RunningProcess(
            "/usr/bin/setsid",
            [OtherPrograms.chromium] + Self.flags
                + ["--user-data-dir=\(home.path("profile"))", "\(server.origin)/browser.html"],
            environment: OtherPrograms.environment(home: home.path))
    }

    deinit { end() }

    /// Ends all its processes, whatever they are doing.
    func end() {
        guard !hasEnded else { return }
        hasEnded = true
        kill(-process.pid, SIGKILL)
        _ = try? process.finish(within: .seconds(5))
    }

    func begin(mode: String, codec: String, trickles: Bool) {
        job += 1
        let members = [
            #""number":\#(job)"#, #""mode":"\#(mode)""#, #""codec":"\#(codec)""#,
            #""trickles":\#(trickles)"#,
        ]
        server.serve("{\(members.joined(separator: ","))}", at: "/job")
    }

    /// Ends the job that is being done, and waits for the page to say so.
    func finish() throws {
        let ending = job
        server.serve(#"{"number":0}"#, at: "/job")
        try reach("the page ends its session", within: .seconds(10), { phase }) {
            report(ending)?.text("phase") == "ended"
        }
    }

    /// What the page told last.
    var report: JSONObject? { report(job) }

    private func report(_ number: Int) -> JSONObject? {
        guard let text = server.posts("/report").last,
            case .object(let object) = try? JSON(parsing: text), object.number("job") == number
        else { return nil }
        return object
    }

    /// Waits until the page's report meets a condition; fails with the phase that was reached.
    func await(
        _ what: String, within limit: Duration, _ condition: (JSONObject) -> Bool
    ) throws {
        try reach(what, within: limit, { phase }) {
            guard let report else { return false }
            if report.text("phase") == "failed" {
                throw LiveFailure("\(what): \(report.text("error")): \(phase)")
            }
            return condition(report)
        }
    }

    var phase: String {
        """
        \(server.phase); last session \(server.sessions.last?.peer.record.phase ?? "none"); \
        \(process.talk.suffix(1500))
        """
    }
}

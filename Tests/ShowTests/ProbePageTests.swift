import CommandLineKit
import Measures
import Primitives
import ProbeCommands
import TestSupport
import Testing

/// The page of whep-probe in a real browser.
@Suite(
    .serialized,
    .enabled(if: PageBrowser.isThere || Machine.isCI, "Chromium or Python is not installed"))
struct ProbePageTests {
    @Test func `the page of a real run loads without errors, and its plots are not empty`() throws {
        let relay = try RelayProcess()
        let push = try PushProcess(["test:size=320x180,fps=15", "\(relay.url)/whip/show"])
        defer { _ = push }
        let folder = ScratchFolder()
        let page = folder.path("report.html")
        let run = try ProcessRun.run(
            Programs.path("whep-probe"),
            [
                "--wait", "20s", "--duration", "5s", "--report", page, "--assert",
                "frame_rate.mean>1", "--assert", "startup.max<30s", "\(relay.url)/whep/show",
            ], environment: ["LANG": "C.UTF-8"], within: .seconds(90))
        #expect(run.output.contains("frame_rate.mean>1"), "\(run.talk)")

        let browser = try PageBrowser([], loopback: false)
        try browser.open("file://\(page)")
        try browser.await("the page is loaded", "document.readyState === 'complete'")
        #expect(try browser.evaluate("document.querySelectorAll('script,link,img').length") == 0)
        #expect(try browser.evaluate("document.querySelectorAll('#assertions tr').length") == 3)
        for plot in ["latency", "cdf", "start", "bitrate", "framerate", "gaps"] {
            let drawn = try browser.evaluate(
                """
                [...document.querySelectorAll('#plot-\(plot) .line, #plot-\(plot) .bar')]
                  .filter(mark => { const box = mark.getBoundingClientRect();
                    return box.width >= 1 || box.height >= 1; }).length
                """)
            #expect((drawn.integerValue ?? 0) > 0, "\(plot) is empty")
        }
        // A page in which something was forbidden would look otherwise: its style holds.
        let family = try browser.evaluate("getComputedStyle(document.body).maxWidth")
        #expect(family == "1180px")
        try relay.stop()
    }
}

import Glibc
import Primitives
import TestSupport
import Testing

/// The relay's pages in a real browser.
@Suite(
    .serialized,
    .enabled(if: PageBrowser.isThere || Machine.isCI, "Chromium or Python is not installed"))
struct RelayPageTests {
    private static let plays =
        "document.getElementById('video')?.videoWidth > 0 "
        + "&& document.getElementById('video').currentTime > 1"

    private static func click(_ id: String) -> String {
        "document.getElementById('\(id)').click()"
    }

    @Test func `a player waits for a show, plays it, waits out a pause, and goes on`() throws {
        let relay = try RelayProcess(["--log", "jsonl"])
        let player = try PageBrowser()
        try player.open("\(relay.url)/drop")
        try player.awaitStatus("Not on the air yet")

        let publisher = try PageBrowser()
        try publisher.open("\(relay.url)/drop/publish")
        try publisher.awaitStatus("Ready.")
        try publisher.evaluate(Self.click("go"))
        try publisher.awaitStatus("You are on the air.")
        try player.await("the player plays", Self.plays)
        try player.await(
            "it says that it is live, and who watches",
            "!document.getElementById('live').hidden "
                + "&& document.getElementById('viewers').textContent === '1 watching' "
                + "&& document.getElementById('status').textContent === ''")
        let shows = try relay.ask("/shows").body
        #expect(shows.contains(#""codec":"H264""#), "\(shows)")
        try publisher.await(
            "figures are shown",
            "/^00:00:\\d\\d · \\d+\\.\\d Mbit\\/s$/.test("
                + "document.getElementById('figures').textContent)")

        try publisher.evaluate(Self.click("go"))
        try publisher.awaitStatus("The show has ended.")
        try player.awaitStatus("The show pauses.")
        try publisher.evaluate(Self.click("go"))
        try publisher.awaitStatus("You are on the air.")
        try player.await(
            "the player goes on",
            "document.getElementById('status').textContent === '' "
                + "&& !document.getElementById('live').hidden")
        try eventually("three sessions are told of") { relay.events("session_began").count >= 3 }
        #expect(relay.events("session_began").count == 3)

        try player.open("about:blank")
        try eventually("the viewer's session ends with its page") {
            relay.events("session_ended").contains { $0["role"] == "viewer" }
        }
        try relay.stop()
    }

    @Test func `a viewer chooses among the layers that a publisher sends`() throws {
        let relay = try RelayProcess(["--log", "jsonl"])
        let publisher = try PageBrowser()
        try publisher.open("\(relay.url)/drop/publish")
        try publisher.awaitStatus("Ready.")
        try publisher.evaluate("document.getElementById('layers').click()")
        try publisher.evaluate(Self.click("go"))
        try publisher.awaitStatus("You are on the air.")
        let player = try PageBrowser()
        try player.open("\(relay.url)/drop")
        try player.await("the player plays", Self.plays)
        try player.await(
            "both layers are offered", within: .seconds(40),
            "document.getElementById('quality').options.length === 3 "
                + "&& !document.getElementById('quality-label').hidden")
        func choose(_ rid: String) -> String {
            "document.getElementById('quality').value = '\(rid)';"
                + "document.getElementById('quality').dispatchEvent(new Event('change'))"
        }
        func shows(_ comparison: String) -> String {
            "document.getElementById('video').videoHeight \(comparison)"
        }
        try player.evaluate(choose("small"))
        try player.await("the small one is shown", within: .seconds(40), shows("<= 360"))
        try player.evaluate(choose("large"))
        try player.await("the large one is shown", within: .seconds(40), shows("> 360"))
        let counters = try relay.ask("/metrics").body
        #expect(!counters.contains("lc_relay_layer_switches_total 0\n"))
        try relay.stop()
    }

    @Test func `a publisher is told what is wrong`() throws {
        let folder = ScratchFolder()
        let tokens = folder.write("secret\n", to: "tokens")
        let relay = try RelayProcess(["--publish-token-file", tokens])
        let browser = try PageBrowser()
        try browser.open("\(relay.url)/drop/publish")
        try browser.awaitStatus("Ready.")
        try browser.evaluate(Self.click("go"))
        try browser.awaitStatus("Publishing needs an access token.")
        let enter = { (token: String) in
            "document.getElementById('token').value = '\(token)';"
                + "document.getElementById('token-form').requestSubmit()"
        }
        try browser.evaluate(enter("wrong"))
        try browser.awaitStatus("This token is not accepted.")
        try browser.evaluate(enter("secret"))
        try browser.awaitStatus("You are on the air.")
        // Who is told a token by a link need not type it.
        try browser.open("about:blank")
        try browser.open("\(relay.url)/drop/publish#token=secret")
        try browser.awaitStatus("Ready.")
        try browser.evaluate(Self.click("go"))
        try browser.awaitStatus("You are on the air.")
        try relay.stop(SIGKILL)
        try browser.awaitStatus("The server cannot be reached")
    }

    @Test func `a browser without a camera, or that may not use it, is told so`() throws {
        let relay = try RelayProcess()
        let without = try PageBrowser(["--use-fake-ui-for-media-stream"])
        try without.open("\(relay.url)/drop/publish")
        try without.awaitStatus("There is no camera or microphone.")
        let denied = try PageBrowser(["--deny-permission-prompts"])
        try denied.open("\(relay.url)/drop/publish")
        try denied.await(
            "it says what to do",
            "/may not use the camera|There is no camera/.test("
                + "document.getElementById('status').textContent)")
    }
}

import Primitives
import TestSupport
import Testing

/// The relay's pages in a real browser.
@Suite(
    .serialized,
    .enabled(if: PageBrowser.isThere || PageBrowser.isCI, "Chromium or Python is not installed"))
struct RelayPageTests {
    @Test func `a player waits for a show that is not on the air, and says so`() throws {
        let relay = try RelayProcess()
        let browser = try PageBrowser()
        try browser.open("\(relay.url)/drop")
        try browser.awaitStatus("Not on the air yet")
        try browser.open("\(relay.url)/")
        try browser.awaitStatus("Nothing is on the air now")
    }
}

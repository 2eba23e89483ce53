import Primitives
import TestSupport
import Testing

/// Buying from a replay page, in real browsers from a real store.
@Suite(.serialized, .enabled(if: ReplayStage.isThere, "Chromium or ffmpeg is not installed"))
struct ReplayBuyingTests {
    private static let button = "document.getElementById('hero-button')"
    private static let note = "document.getElementById('note').textContent"
    private static let holdIsOpen = "document.getElementById('hold').open"

    private func awaitPrice(_ browser: PageBrowser, _ price: String = "9.50") throws {
        try browser.await(
            "the price of now is known", "\(Self.button).textContent.includes('\(price)')")
    }

    @Test func `a press holds a unit in the store, and leads to the checkout with it`() throws {
        let stage = try ReplayStage()
        try stage.makePage()
        let browser = try stage.visit("?t=5.2")
        try awaitPrice(browser)
        // What it cost in the show is told beside what it costs now.
        let hero = try browser.text("document.getElementById('hero-offer').innerText")
        #expect(hero.contains("Flash in the show: $5.00 until 0:08"), "\(hero)")
        #expect(hero.contains("$9.50 now") && hero.contains("Only 5 left"), "\(hero)")

        try browser.evaluate("document.getElementById('quantity').value = '2'")
        // A double tap.
        try browser.evaluate("\(Self.button).click(); \(Self.button).click()")
        try browser.await("it is held", Self.holdIsOpen)
        let held = try stage.reservations
        #expect(held.count == 1)
        let lines = held.first?["lines"]?.arrayValue
        #expect(lines?.first?["sku"] == "MUG" && lines?.first?["quantity"] == 2)
        #expect(lines?.first?["unit_price_minor"] == 950)
        let name = try #require(held.first?["reservation"]?.stringValue)
        #expect(
            try browser.text("document.getElementById('hold-what').textContent").contains("2 ×"))
        // Pressing again shows the same hold.
        try browser.click("hold-later")
        try browser.evaluate("\(Self.button).click()")
        #expect(try browser.evaluate(Self.holdIsOpen) == true)
        #expect(try stage.reservations.count == 1)
        try browser.click("hold-go")
        try browser.await("the checkout", "document.getElementById('query') !== null")
        let query = try browser.text("document.getElementById('query').textContent")
        #expect(query == "sku=MUG&reservation=\(name)&t=5")
    }

    @Test func `with the keyboard alone one buys`() throws {
        let stage = try ReplayStage()
        try stage.makePage()
        let browser = try stage.visit("?t=5")
        try awaitPrice(browser)
        var stops: [String] = []
        for _ in 0..<40 where stops.last != "hero-button" {
            try browser.press("Tab")
            stops.append(
                try browser.text("document.activeElement.id || document.activeElement.className"))
            let isSeen = try browser.evaluate(
                "document.activeElement.matches(':focus-visible') "
                    + "&& getComputedStyle(document.activeElement).outlineStyle !== 'none'")
            #expect(isSeen == true, "\(stops.last ?? "")")
        }
        #expect(stops.last == "hero-button" && stops.contains("seek"), "\(stops)")
        // What has just come under the finger is not bought by accident.
        try eventually("it is there long enough") {
            try browser.evaluate("performance.now() > 1500") == true
        }
        try browser.press("Enter")
        try browser.await("it is held", Self.holdIsOpen)
        #expect(try browser.text("document.activeElement.id") == "hold-go")
        try browser.press("Enter")
        try browser.await("the checkout", "document.getElementById('query') !== null")
        #expect(try stage.reservations.count == 1)
    }

    @Test func `of two who want the last unit one gets it, and the other is told`() throws {
        let stage = try ReplayStage(stock: [("TEE", 5), ("MUG", 1)])
        try stage.makePage()
        let browsers = try (0..<2).map { _ in try stage.visit("?t=5") }
        for browser in browsers { try awaitPrice(browser) }
        // Neither asks what there is before it asks for it.
        for browser in browsers {
            try browser.evaluate(
                "globalThis.ask = fetch; globalThis.fetch = (url, ...more) => "
                    + "String(url).includes('stock') ? new Promise(() => {}) : ask(url, ...more)")
        }
        for browser in browsers { try browser.evaluate("\(Self.button).click()") }
        for browser in browsers {
            try browser.await("it ends", "\(Self.holdIsOpen) || \(Self.note) !== ''")
        }
        let won = try browsers.filter { try $0.evaluate(Self.holdIsOpen) == true }
        #expect(won.count == 1)
        #expect(try stage.reservations.count == 1)
        let lost = try #require(try browsers.first { try $0.evaluate(Self.holdIsOpen) == false })
        let words = try lost.text(Self.note)
        #expect(words.contains("somebody was faster"), "\(words)")
        #expect(try lost.text("\(Self.button).textContent") == "Sold out")
        #expect(try lost.text("\(Self.button).ariaDisabled") == "true")
    }

    @Test func `what the store says is told while one watches`() throws {
        let stage = try ReplayStage()
        try stage.makePage(["--waitlist", "/waitlist?sku={sku}"])
        let browser = try stage.visit("?t=5")
        try awaitPrice(browser)
        try browser.evaluate(
            "globalThis.told = []; document.addEventListener('lc:sold-out', "
                + "event => told.push(event.detail.sku))")
        let hold = try stage.lcctl(["reserve", "MUG:5", "--buyer", "ann"])
        try browser.await("it is sold out", "\(Self.button).textContent === 'Sold out'")
        try browser.await(
            "it is said",
            "document.getElementById('say').textContent.includes('White mug is sold out')")
        #expect(try browser.evaluate("told") == ["MUG"])
        let link = try browser.text("document.querySelector('#hero .waitlist').href")
        #expect(link.hasSuffix("/waitlist?sku=MUG"))
        try browser.evaluate("\(Self.button).click()")
        #expect(try browser.text(Self.note) == "White mug is sold out.")
        try stage.lcctl(["release", hold["reservation"]?.stringValue ?? ""])
        try stage.lcctl(["sku", "set", "MUG", "--price", "7.25"])
        try awaitPrice(browser, "7.25")
        #expect(try stage.reservations.allSatisfy { $0["buyer"] == "ann" })
    }

    @Test func `a shop that is away is said to be, and nothing is bought twice`() throws {
        let stage = try ReplayStage()
        try stage.makePage()
        let browser = try stage.visit("?t=5")
        try awaitPrice(browser)
        // The request arrives and its answer is lost.
        try browser.evaluate(
            """
            globalThis.ask = fetch;
            globalThis.fetch = async (url, ...more) => {
              const answer = await ask(url, ...more);
              if (String(url).includes('reserve')) throw new TypeError('lost');
              return answer;
            };
            \(Self.button).click()
            """)
        try browser.await("it is said", "\(Self.note).includes('not known')")
        #expect(try stage.reservations.count == 1)
        try browser.evaluate("globalThis.fetch = ask")
        // Also after the page was loaded again: the wish is the same.
        _ = try stage.visit("?t=5", to: browser)
        try awaitPrice(browser)
        try browser.evaluate("\(Self.button).click()")
        try browser.await("it is held", Self.holdIsOpen)
        #expect(try stage.reservations.count == 1)
        try browser.click("hold-later")

        stage.closeShop()
        try browser.await(
            "stock is not shown as certain",
            "document.querySelector('#hero .stock').textContent.includes('cannot be checked')")
        #expect(try browser.evaluate("document.querySelector('#hero .prices').hidden") == true)
        let other = "document.querySelector('[data-sku=TEE] .buy')"
        #expect(try browser.text("\(other).textContent") == "Buy")
        try browser.evaluate("\(other).click()")
        try browser.await("it is said", "\(Self.note).includes('cannot be reached')")
    }

    @Test func `without reservations the checkout is opened, and the host is told`() throws {
        let stage = try ReplayStage()
        try stage.makePage(reserves: false)
        let browser = try stage.visit("?t=5")
        try awaitPrice(browser)
        try browser.evaluate(
            """
            globalThis.told = [];
            for (const name of ['product-view', 'add-to-cart']) {
              document.addEventListener('lc:' + name, event => {
                told.push([name, event.detail.sku, event.detail.price_minor ?? 0]);
                if (globalThis.isMine) event.preventDefault();
              });
            }
            globalThis.isMine = true;
            """)
        try browser.evaluate("\(Self.button).click()")
        try browser.await("the host is told", "told.some(each => each[0] === 'add-to-cart')")
        #expect(try browser.evaluate("told.at(-1)") == ["add-to-cart", "MUG", 950])
        // It has seen to the cart itself.
        #expect(try browser.evaluate("location.pathname === '/replay.html'") == true)
        try browser.await("it rests", "\(Self.button).ariaDisabled === 'false'")
        try browser.evaluate("isMine = false; \(Self.button).click()")
        try browser.await("the checkout", "document.getElementById('query') !== null")
        let query = try browser.text("document.getElementById('query').textContent")
        #expect(query == "sku=MUG&show=shw_friday&t=5&n=1")
    }

    @Test func `a page in a frame tells its host, and is moved by it`() throws {
        let stage = try ReplayStage()
        try stage.makePage(["--host-origin", String(stage.url.dropLast())])
        stage.folder.write(
            """
            <!doctype html><title>host</title><script>
            globalThis.told = [];
            addEventListener('message', event => told.push(event.data.type));
            </script><iframe id=frame src="replay.html?t=5" width=600 height=700></iframe>
            """, to: "host.html")
        let browser = try PageBrowser(
            ["--autoplay-policy=no-user-gesture-required"], loopback: false)
        try browser.open("\(stage.url)host.html")
        try browser.await("a view is told", "told.includes('lc:product-view')")
        try browser.evaluate(
            "document.getElementById('frame').contentWindow"
                + ".postMessage({type: 'lc:seek', t: 2}, '*')")
        let hero =
            "document.getElementById('frame').contentDocument.getElementById('hero').dataset.sku"
        try browser.await("it is moved", "\(hero) === 'TEE'")
    }

    @Test func `what hostile people have written does nothing`() throws {
        let evil = #"</script><img src=x onerror=\"globalThis.evil=1\"><b>'\"&"#
        let timeline = ReplayStage.timeline
            .replacing("Red tee", with: evil).replacing("Friday drop", with: evil)
            .replacing(
                #""price_minor":1999"#,
                with: #""price_minor":1999,"page_url":"javascript:globalThis.evil=2","#
                    + #""image_url":"javascript:globalThis.evil=3""#)
        let stage = try ReplayStage(timeline: timeline)
        let chat = (0..<500).map {
            #"{"media_time_ms":\#($0 * 10),"name":"\#(evil)","text":"\#(evil) \#($0)"}"#
        }
        stage.folder.write(chat.joined(separator: "\n"), to: "chat.jsonl")
        try stage.makePage(["--chat", "chat.jsonl"])
        let browser = try PageBrowser(
            ["--autoplay-policy=no-user-gesture-required"], loopback: false)
        try browser.call("Page.enable")
        try browser.call(
            "Page.addScriptToEvaluateOnNewDocument",
            [
                "source": """
                globalThis.broken = []; addEventListener('error', e => broken.push(e.message));
                addEventListener('securitypolicyviolation', e => broken.push(e.blockedURI));
                """
            ])
        _ = try stage.visit("?t=2", to: browser)
        try browser.click("tab-chat")
        try browser.await(
            "some of the chat is there",
            "document.getElementById('chat-lines').children.length === 120")
        #expect(try browser.evaluate("typeof globalThis.evil") == "undefined")
        #expect(try browser.evaluate("broken") == [])
        #expect(try browser.evaluate("document.querySelectorAll('main img').length") == 0)
        let title = try browser.text("document.getElementById('hero-title').textContent")
        #expect(title == evil.replacing("\\\"", with: "\""))
        #expect(
            try browser.evaluate(
                "[...document.links].every(a => /^https?:$/.test(new URL(a.href).protocol))")
                == true)
        // A script that somebody got into the page does not run.
        try browser.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), "
                + "{textContent: 'globalThis.evil = 4'}))")
        #expect(try browser.evaluate("typeof globalThis.evil") == "undefined")
    }
}

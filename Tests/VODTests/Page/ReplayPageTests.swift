import Primitives
import TestSupport
import Testing

/// The replay page in a real browser: in step with its video, at every size, for everybody.
@Suite(.serialized, .enabled(if: ReplayStage.isThere, "Chromium or ffmpeg is not installed"))
struct ReplayPageTests {
    /// What the page shows now, as [pinned SKU, whether it is flashed, the rail].
    private static let shown = """
        [document.getElementById('hero').dataset.sku, \
        String(!document.querySelector('#hero-offer .flash-mark').hidden \
        && !document.getElementById('hero').hidden), \
        [...document.getElementById('rail').children].map(card => card.dataset.sku).join()]
        """

    private func expected(_ ms: Int) -> String {
        let now = ReplayStage.expected(at: ms)
        return "\(now.sku)|\(now.flash)|\(now.rail)"
    }

    @Test func `pin, price and rail are right after every seek, at once`() throws {
        let stage = try ReplayStage()
        try stage.makePage()
        let browser = try stage.visit()
        let times = [0, 999, 1000, 3999, 4000, 4999, 5000, 7999, 8000, 8999, 9000, 10_500, 11_000]
        for ms in times + times.reversed() + [5000, 500, 11_500, 4500] {
            // Before the frame is there already, and when it has come.
            let first = try browser.text(
                "document.getElementById('video').currentTime = \(Double(ms) / 1000);"
                    + "new Promise(done => document.getElementById('video')"
                    + ".addEventListener('seeking', () => done(\(Self.shown).join('|')), {once: true}))"
            )
            try browser.await("the frame is there", "!document.getElementById('video').seeking")
            let then = try browser.text("\(Self.shown).join('|')")
            #expect(first == expected(ms) && then == expected(ms), "\(ms): \(first), \(then)")
        }
        try browser.open("about:blank")
        _ = try stage.visit("?t=5.5", to: browser)
        #expect(try browser.text("\(Self.shown).join('|')") == expected(5500))
        #expect(try browser.text("document.getElementById('time').textContent") == "0:05 / 0:12")
        try browser.evaluate("location.hash = 't=0m10s'")
        try browser.await(
            "the link is followed", "\(Self.shown).join('|') === '\(expected(10_000))'")
    }

    @Test func `while it plays every frame is shown with what holds at it`() throws {
        let stage = try ReplayStage()
        try stage.makePage()
        let browser = try stage.visit()
        try browser.evaluate(
            """
            globalThis.frames = []; globalThis.video = document.getElementById('video');
            const look = (_, frame) => {
              frames.push([Math.round(frame.mediaTime * 1000), \(Self.shown).join('|')]);
              video.requestVideoFrameCallback(look);
            };
            video.requestVideoFrameCallback(look);
            video.muted = true; video.playbackRate = 2; video.play().then(() => true)
            """)
        try browser.await("it ends", within: .seconds(40), "video.ended")
        let frames = try browser.evaluate("frames").arrayValue ?? []
        #expect(frames.count > 60, "\(frames.count)")
        for frame in frames {
            guard let parts = frame.arrayValue, let ms = parts[0].integerValue else { continue }
            // The last frame that is told may be the one of the end.
            #expect(parts[1].stringValue == expected(Int(ms)), "\(ms)")
        }
    }

    @Test func `a playlist is in step, too`() throws {
        let stage = try ReplayStage()
        try MediaPrograms.make(
            ["-i", stage.folder.path("show.mp4"), "-c", "copy", "-f", "hls", "-hls_time", "2"]
                + ["-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"]
                + [stage.folder.path("main.m3u8")])
        try stage.makePage(["--hls", "main.m3u8"])
        let browser = try stage.visit()
        #expect(
            try browser.evaluate("document.getElementById('video').currentSrc.endsWith('.m3u8')")
                == true)
        for ms in [5000, 9500, 1000, 11_500] {
            try browser.evaluate(
                "document.getElementById('video').currentTime = \(Double(ms) / 1000)")
            try browser.await("it is there", "!document.getElementById('video').seeking")
            #expect(try browser.text("\(Self.shown).join('|')") == expected(ms))
        }
    }

    @Test func `nothing is wider than a phone, and all that can be used has a name`() throws {
        let stage = try ReplayStage()
        stage.folder.write(
            "WEBVTT\n\n00:00.000 --> 00:12.000\nHello <i>there</i>\n", to: "en.vtt")
        stage.folder.write(
            #"{"media_time_ms":100,"name":"Ann","text":"\#(String(repeating: "word", count: 90))"}"#,
            to: "chat.jsonl")
        try stage.makePage(["--captions", "en:en.vtt", "--chat", "chat.jsonl"])
        let browser = try stage.visit("?t=5")
        for width in [320, 360, 414, 768, 1280] as [Int64] {
            try browser.resize(width, 740)
            for tab in ["tab-products", "tab-chapters", "tab-chat"] {
                try browser.click(tab)
                let fits = try browser.evaluate(
                    "document.documentElement.scrollWidth <= document.documentElement.clientWidth")
                #expect(fits == true, "\(tab) at \(width)")
            }
        }
        try browser.resize(360, 500)
        try browser.click("tab-products")
        #expect(
            try browser.evaluate(
                "scrollTo(0, 9999); scrollY > 100 "
                    + "&& document.getElementById('stage').getBoundingClientRect().top === 0")
                == true, "the video stays in sight")
        try browser.evaluate("scrollTo(0, 0)")
        try browser.resize(360, 740)
        let tree = try browser.call("Accessibility.getFullAXTree")["nodes"]?.arrayValue ?? []
        var roles: Set<String> = []
        var unnamed: [String] = []
        for node in tree where node["ignored"]?.boolValue != true {
            let role = node["role"]?["value"]?.stringValue ?? ""
            let name = node["name"]?["value"]?.stringValue ?? ""
            roles.insert(role)
            let usable = [
                "button", "link", "slider", "combobox", "tab", "textbox", "checkbox", "Video",
            ]
            if usable.contains(role), name.isEmpty { unnamed.append(role) }
        }
        #expect(unnamed.isEmpty, "\(unnamed)")
        let wanted: Set = ["button", "slider", "combobox", "tab", "tablist", "tabpanel", "status"]
        #expect(wanted.isSubset(of: roles), "\(wanted.subtracting(roles))")
        let small = try browser.evaluate(
            """
            [...document.querySelectorAll('button, a[href], select')].filter(each =>
              each.offsetParent && !each.closest('.title') && !each.matches('.skip'))
            .filter(each => {
              const box = each.getBoundingClientRect();
              return box.height < 43 || box.width < 43;
            }).map(each => each.id || each.className)
            """)
        #expect(small == [], "\(small.text)")
        try browser.click("captions")
        try browser.await(
            "captions are shown", "document.getElementById('cues').textContent === 'Hello there'")
    }

    @Test(arguments: ["light", "dark"])
    func `ink stands out from its ground`(scheme: String) throws {
        let stage = try ReplayStage(stock: [("TEE", 0), ("MUG", 2)])
        try stage.makePage(["--waitlist", "/waitlist?sku={sku}"])
        let browser = try stage.visit("?t=5")
        try browser.call(
            "Emulation.setEmulatedMedia",
            ["features": [["name": "prefers-color-scheme", "value": .string(scheme)]]])
        try browser.await(
            "the stock is known", "document.querySelector('.stock[data-kind=out]') !== null")
        let weak = try browser.evaluate(Self.contrastScript)
        #expect(weak == [], "\(weak.text)")
    }

    /// The texts that have a contrast below 4.5 to 1 with what lies behind them.
    private static let contrastScript = """
        (() => {
          const read = text => (text.match(/[\\d.]+/g) ?? []).map(Number);
          const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v =>
            v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, place) => sum + v * [0.2126, 0.7152, 0.0722][place], 0);
          const weak = [];
          for (const each of document.querySelectorAll('main *, header *')) {
            const text = [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim());
            if (!text || !each.offsetParent || each.closest('.stage, .hush')) continue;
            let behind = each, ground = [255, 255, 255];
            for (; behind; behind = behind.parentElement) {
              const colour = read(getComputedStyle(behind).backgroundColor);
              if (colour.length === 3 || colour[3] === 1) { ground = colour; break; }
            }
            const [a, b] = [light(read(getComputedStyle(each).color)), light(ground)];
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < 4.5) weak.push([each.className, each.textContent, ratio]);
          }
          return weak;
        })()
        """

    @Test func `the keys of a player work, and stay out of the way`() throws {
        let stage = try ReplayStage()
        try stage.makePage()
        let browser = try stage.visit()
        func place() throws -> Int {
            Int(
                try browser.text("String(Math.round(document.getElementById('video').currentTime))")
            )
                ?? -1
        }
        for (key, seconds) in [("l", 10), ("j", 0), ("ArrowRight", 5), ("ArrowLeft", 0), ("5", 6)] {
            try browser.press(key)
            #expect(try place() == seconds, "\(key)")
        }
        try browser.press("n")
        #expect(try place() == 10)
        try browser.press("p")
        #expect(try place() == 4)
        try browser.evaluate("document.getElementById('quantity').focus()")
        try browser.press("5")
        #expect(try place() == 4)
        try browser.evaluate("document.activeElement.blur()")
        try browser.press("k")
        try browser.await("it plays", "!document.getElementById('video').paused")
        try browser.press(" ")
        try browser.await("it pauses", "document.getElementById('video').paused")
        let words = try browser.text(
            "document.getElementById('seek').getAttribute('aria-valuetext')")
        #expect(words.contains("seconds of 12 seconds, White mug"), "\(words)")
    }
}

import Primitives
import TestSupport

/// A shop with a replay page: a folder that is served, a store of lcctl behind it, and browsers.
final class ReplayStage {
    static var isThere: Bool {
        PageBrowser.isThere && Files.exists(MediaPrograms.ffmpeg) || Machine.isCI
    }

    let folder = ScratchFolder()
    /// Ends with a slash.
    private(set) var url = ""
    private var shop: RunningProcess?

    static let repository =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
        .joined(separator: "/")

    /// Twelve seconds, once for all tests of a process.
    private static let show: ScratchFolder? = {
        let folder = ScratchFolder()
        let made: Void? = try? MediaPrograms.make(
            ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30:duration=12"]
                + ["-f", "lavfi", "-i", "sine=frequency=440:duration=12", "-c:v", "libx264"]
                + ["-preset", "ultrafast", "-g", "30", "-pix_fmt", "yuv420p", "-c:a", "aac"]
                + ["-movflags", "+faststart", folder.path("show.mp4")])
        return made == nil ? nil : folder
    }()

    init(
        timeline: String = ReplayStage.timeline, stock: [(String, Int)] = [("TEE", 5), ("MUG", 5)]
    )
        throws
    {
        guard let show = Self.show else { throw MediaFailure(words: "the show was not made") }
        folder.write(Files.bytes(show.path("show.mp4")) ?? [], to: "show.mp4")
        folder.write(timeline, to: "show.jsonl")
        for (sku, count) in stock {
            try lcctl([
                "sku", "add", sku, "--title", sku, "--price",
                sku == "MUG" ? "9.50" : "19.99", "--stock", "\(count)",
            ])
        }
        try openShop()
    }

    deinit { closeShop() }

    func openShop() throws {
        let shop = try RunningProcess(
            "/usr/bin/python3",
            [
                "\(Self.repository)/demo/shop-server", folder.path, "--lcctl",
                Programs.path("lcctl"),
            ],
            environment: environment)
        self.shop = shop
        try eventually("the shop says where it is; \(shop.talk)") { shop.output.contains("/\n") }
        url = String(shop.output.split(separator: "\n")[0])
    }

    func closeShop() {
        shop?.signal(15)
        _ = try? shop?.finish(within: .seconds(10))
        shop = nil
    }

    var environment: [String: String] {
        [
            "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": folder.path,
            "LC_STORE": "sqlite:\(folder.path("store.db"))",
        ]
    }

    @discardableResult
    func lcctl(_ words: [String]) throws -> JSON {
        let run = try ProcessRun.run(
            Programs.path("lcctl"), words + ["-o", "json"], environment: environment)
        guard run.status == 0 else { throw MediaFailure(words: "\(words): \(run.talk)") }
        return try JSON(parsing: run.output)
    }

    var reservations: [JSON] {
        get throws { try lcctl(["reservation", "list"])["reservations"]?.arrayValue ?? [] }
    }

    /// Makes `replay.html`, with the shop's own addresses unless others are given.
    @discardableResult
    func makePage(_ more: [String] = [], reserves: Bool = true) throws -> ProcessRun {
        let way =
            reserves
            ? ["--reserve", "/reserve", "--checkout"]
                + ["/checkout?sku={sku}&reservation={reservation}&t={t}"]
            : ["--checkout", "/checkout?sku={sku}&show={show}&t={t}&n={quantity}"]
        let run = try VODCutProgram.run(
            ["page", "--timeline", "show.jsonl", "--video", "show.mp4", "--stock", "/stock"]
                + ["--poll", "2s", "--output", "replay.html", "--force", "-o", "json"] + way + more,
            folder: folder.path)
        guard run.status == 0 else { throw MediaFailure(words: "vod-cut page: \(run.talk)") }
        return run
    }

    /// A browser with the page, ready and with the stock known.
    func visit(_ suffix: String = "", to page: PageBrowser? = nil) throws -> PageBrowser {
        let browser =
            try page
            ?? PageBrowser(["--autoplay-policy=no-user-gesture-required"], loopback: false)
        try browser.open("\(url)replay.html\(suffix)")
        try browser.await("the page is ready", "document.documentElement.dataset.ready === ''")
        try browser.await(
            "the video is there", "document.getElementById('video').readyState >= 2")
        return browser
    }

    /// TEE is pinned from 1 s, MUG from 4 s with a flash from 5 s to 8 s, nothing from 9 s, TEE
    /// from 10 s; the rail loses MUG at 11 s.
    static let timeline: String = {
        var number = 0
        func event(_ ms: Int, _ type: String, _ data: String) -> String {
            number += 1
            return #"{"specversion":"1.0","id":"\#(number)","source":"/catalogue/default","#
                + #""type":"\#(type)","media_time_ms":\#(ms),"time":"2026-11-20T18:00:"#
                + String(String(100 + ms / 1000).dropFirst()) + #".000Z","data":{\#(data)}}"#
        }
        return [
            #"{"schema":"lc.timeline/1","show":"shw_friday","title":"Friday drop","#
                + #""currency":"USD","skus":[{"sku":"TEE","title":"Red tee","price_minor":1999},"#
                + #"{"sku":"MUG","title":"White mug","price_minor":950}],"rail":["TEE",{"sku":"#
                + #""MUG","show_price_minor":850}],"media":{"duration_ms":12000,"start_time":"#
                + #""2026-11-20T18:00:00.000Z"},"started_at":"2026-11-20T18:00:00.000Z"}"#,
            event(1000, "pin", #""sku":"TEE""#),
            event(4000, "pin", #""sku":"MUG""#),
            event(
                5000, "price-flash",
                #""sku":"MUG","price_minor":500,"closes_at":"2026-11-20T18:00:08.000Z""#),
            event(9000, "unpin", ""),
            event(10_000, "pin", #""sku":"TEE""#),
            event(11_000, "rail-changed", #""rail":[{"sku":"TEE"}]"#),
        ].joined(separator: "\n") + "\n"
    }()

    /// What holds at a time of that timeline: the pinned SKU, and what it cost in the show.
    static func expected(at ms: Int) -> (sku: String, flash: Bool, rail: String) {
        let rail = ms < 11_000 ? "TEE,MUG" : "TEE"
        switch ms {
        case ..<1000, 9000..<10_000: return ("", false, rail)
        case 4000..<9000: return ("MUG", (5000..<8000).contains(ms), rail)
        default: return ("TEE", false, rail)
        }
    }
}

extension PageBrowser {
    /// The answer of a script as text.
    func text(_ script: String) throws -> String {
        let value = try evaluate(script)
        return value.stringValue ?? value.text
    }

    func click(_ id: String) throws {
        try evaluate("document.getElementById('\(id)').click()")
    }

    /// A key as a keyboard gives it: Tab, Enter, or a character.
    func press(_ key: String) throws {
        let codes: [String: (Int64, String)] = [
            "Tab": (9, ""), "Enter": (13, "\r"), "Escape": (27, ""), "ArrowRight": (39, ""),
            "ArrowLeft": (37, ""), " ": (32, " "),
        ]
        let (code, text) =
            codes[key] ?? (Int64(key.uppercased().utf8.first ?? 0), key)
        for kind in ["keyDown", "keyUp"] {
            try call(
                "Input.dispatchKeyEvent",
                [
                    "type": .string(kind), "key": .string(key), "code": .string(key),
                    "windowsVirtualKeyCode": .integer(code),
                    "text": .string(kind == "keyDown" ? text : ""),
                ])
        }
    }

    func resize(_ width: Int64, _ height: Int64) throws {
        try call(
            "Emulation.setDeviceMetricsOverride",
            [
                "width": .integer(width), "height": .integer(height), "deviceScaleFactor": 1,
                "mobile": false,
            ])
    }
}

import Commerce
import Primitives

/// The page as HTML: what is seen and can be bought before any script runs, and where the script
/// puts the rest.
struct ReplayMarkup {
    let page: ReplayPage
    let course: ReplayCourse
    let chapters: [TimelineChapter]
    let document: JSON

    var text: String {
        let style = "\n" + ReplayStyle.text
        let script = "\n" + ReplayScript.text
        let policy = ReplayPolicy(page: page, course: course, style: style, script: script)
        let title = HTMLText.escaped(page.title)
        return """
            <!doctype html>
            <html lang="\(HTMLText.escaped(page.language))">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(HTMLText.escaped(policy.text))">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="referrer" content="strict-origin-when-cross-origin">
            <title>\(title)</title>
            \(links)
            <script type="application/ld+json">\(HTMLText.embedded(videoObject.json))</script>
            <style>\(style)</style>
            </head>
            <body>
            \(Self.icons)
            <a class="skip" href="#panel-products">Skip to the products</a>
            <header class="top">
            <div class="grow"><h1 dir="auto">\(title)</h1>\(subtitle)</div>
            <button id="share" class="text-button" type="button"
            aria-label="Copy a link to this moment" hidden></button>
            <button id="help-open" class="text-button" type="button" aria-label="Keys"></button>
            </header>
            <main>
            \(player)
            \(Self.side)
            </main>
            \(Self.dialogs)
            <p id="say" class="hush" role="status" aria-live="polite"></p>
            <noscript>\(plainProducts)</noscript>
            <script type="application/json" id="replay">\(HTMLText.embedded(document))</script>
            <script>\(script)</script>
            </body>
            </html>

            """
    }

    private var links: String {
        var lines = ["<link rel=\"icon\" href=\"data:,\">"]
        if let url = page.pageURL {
            lines.append("<link rel=\"canonical\" href=\"\(HTMLText.escaped(url.text))\">")
        }
        if let description = page.description {
            let words = HTMLText.escaped(PlainText.cut(description, to: ReplayLimits.titleLength))
            lines.append("<meta name=\"description\" content=\"\(words)\">")
        }
        return lines.joined(separator: "\n")
    }

    private var subtitle: String {
        guard let started = page.timeline.header.startedAt else {
            return "<p class=\"sub\">Replay</p>"
        }
        let day = started.rfc3339.prefix(10)
        return "<p class=\"sub\">Replay of the show of "
            + "<time datetime=\"\(started.rfc3339)\">\(day)</time></p>"
    }

    var videoObject: VideoObject {
        VideoObject(
            name: page.title, description: page.description,
            uploaded: page.timeline.header.endedAt ?? page.timeline.header.startedAt,
            durationMilliseconds: page.media.durationMilliseconds,
            contentURL: seen(page.media.video),
            thumbnailURLs: page.media.poster.map { [seen($0)] } ?? [],
            pageURL: page.pageURL?.text,
            clips: chapters.map {
                VideoObject.Clip(
                    name: PlainText.cut($0.title, to: ReplayLimits.titleLength), start: $0.start,
                    end: $0.end)
            })
    }

    /// As search engines want it: whole, where it is known where the page will be.
    private func seen(_ url: ReplayURL) -> String {
        guard url.origin == nil, let base = page.pageURL, let origin = base.origin else {
            return url.text
        }
        if url.text.hasPrefix("/") { return origin + url.text }
        let path = base.text.prefix { $0 != "?" && $0 != "#" }
        guard let end = path.dropFirst(origin.count).lastIndex(of: "/") else {
            return "\(origin)/\(url.text)"
        }
        return path[...end] + url.text
    }

    private var sources: String {
        let playlist = page.media.playlist.map {
            "<source src=\"\(HTMLText.escaped($0.text))\" type=\"application/vnd.apple.mpegurl\">"
        }
        let video =
            "<source src=\"\(HTMLText.escaped(page.media.video.text))\" type=\"video/mp4\">"
        return [playlist, video].compactMap { $0 }.joined(separator: "\n")
    }

    private var player: String {
        let poster = page.media.poster.map { " poster=\"\(HTMLText.escaped($0.text))\"" } ?? ""
        return """
            <div class="watch">
            <section id="player" class="player" aria-label="Video">
            <div id="stage" class="stage">
            <video id="video" controls playsinline preload="metadata"\(poster)
            aria-label="The show">
            \(sources)
            </video>
            <div id="cues" class="cues"></div>
            <div id="wait" class="wait" hidden></div>
            <button id="big-play" class="big-play" type="button" aria-label="Play the video" hidden>
            <svg aria-hidden="true"><use href="#icon-play"/></svg></button>
            \(Self.controls)
            </div>
            <div class="hero-place">
            \(Self.hero)
            </div>
            </section>
            <div id="held" hidden><span id="held-what"></span>
            <button id="held-open" class="text-button" type="button">See it</button></div>
            </div>
            """
    }

    /// For browsers without scripts: every product with its way to the checkout.
    private var plainProducts: String {
        let template = page.shop.checkout.text
        let lines = course.products.map { product -> String in
            let values = [
                "sku": product.code.text, "show": page.timeline.header.show ?? "", "t": "0",
                "quantity": "1", "reservation": "",
            ]
            var url = template
            for name in CheckoutTemplate.placeholders {
                url = url.replacing("{\(name)}", with: HTMLText.component(values[name] ?? ""))
            }
            return "<li><a href=\"\(HTMLText.escaped(url))\">\(HTMLText.escaped(product.title))"
                + "</a></li>"
        }
        return "<p>Without JavaScript this page plays the video and leads to the shop:</p>\n<ul>"
            + lines.joined(separator: "\n") + "</ul>"
    }
}

/// Text made harmless within HTML.
enum HTMLText {
    static func escaped(_ text: String) -> String {
        var safe = ""
        safe.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": safe += "&amp;"
            case "<": safe += "&lt;"
            case ">": safe += "&gt;"
            case "\"": safe += "&quot;"
            case "'": safe += "&#39;"
            default: safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }

    /// JSON that cannot end the element that it stands in, nor begin a comment there.
    static func embedded(_ json: JSON) -> String {
        var safe: [UInt8] = []
        for byte in json.text.utf8 {
            switch byte {
            case UInt8(ascii: "<"): safe += Array("\\u003c".utf8)
            case UInt8(ascii: ">"): safe += Array("\\u003e".utf8)
            case UInt8(ascii: "&"): safe += Array("\\u0026".utf8)
            default: safe.append(byte)
            }
        }
        return String(decoding: safe, as: UTF8.self)
    }

    /// As encodeURIComponent does it.
    static func component(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            if byte.isASCIILetter || byte.isASCIIDigit || "-_.!~*()".utf8.contains(byte) {
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += "%" + (digits.count < 2 ? "0" : "") + digits
            }
        }
        return encoded
    }
}

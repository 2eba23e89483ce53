import Primitives

/// The page's Content-Security-Policy: its own style and script by their hashes, nothing inline
/// besides, and nobody but those that it was told of.
struct ReplayPolicy {
    let text: String

    init(page: ReplayPage, course: ReplayCourse, style: String, script: String) {
        let media = [page.media.video, page.media.playlist].compactMap { $0 }
        let images =
            [page.media.poster].compactMap { $0 } + page.media.pictures.images
            + course.products.compactMap(\.image)
        let asked = [page.shop.stock, page.shop.reserve, page.media.playlist].compactMap { $0 }
        text = [
            "default-src 'none'", "script-src 'sha256-\(Self.hash(script))'",
            "style-src 'sha256-\(Self.hash(style))'", Self.sources("img-src", images, ["data:"]),
            Self.sources("media-src", media, ["blob:"]), Self.sources("connect-src", asked, []),
            "base-uri 'none'", "form-action 'none'", "object-src 'none'",
        ].joined(separator: "; ")
    }

    private static func sources(
        _ name: String, _ urls: [ReplayURL], _ schemes: [String]
    ) -> String {
        let origins = Set(urls.compactMap(\.origin)).sorted()
        return ([name, "'self'"] + schemes + origins).joined(separator: " ")
    }

    private static func hash(_ text: String) -> String {
        Base64.text(SHA256.hash(Array(text.utf8).span))
    }
}

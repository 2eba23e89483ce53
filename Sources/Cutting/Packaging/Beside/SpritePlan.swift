package import Commerce
package import WebRTC

/// Which small pictures of a show there are, and where each stands on a sheet.
package struct SpritePlan: Sendable, Equatable {
    package struct Tile: Sendable, Equatable {
        /// From when until when it stands for the show, in milliseconds.
        package let start: Int64
        package let end: Int64
    }

    package enum Standard {
        package static let width = 160
        package static let columns = 10
        package static let rows = 10
        /// Of all sheets together: longer shows have fewer pictures a minute.
        static let tiles: Int64 = 1000
        static let longestHeight = 320
    }

    package let tile: PictureSize
    package let tiles: [Tile]

    /// - Parameters:
    ///   - shown: the size of the source as it is shown.
    ///   - duration: in milliseconds.
    package init(shown: PictureSize, duration: Int64) {
        let high = Standard.width * shown.height / max(1, shown.width)
        tile = PictureSize(
            width: Standard.width, height: min(max(2, (high + 1) / 2 * 2), Standard.longestHeight))
        let usual: Int64 = duration < 120_000 ? 2000 : 5000
        let period = max(
            usual, (duration + Standard.tiles * 1000 - 1) / (Standard.tiles * 1000) * 1000)
        var tiles: [Tile] = []
        for start in stride(from: 0, to: max(1, duration), by: Int(period)) {
            tiles.append(
                Tile(start: Int64(start), end: min(Int64(start) + period, max(1, duration))))
        }
        self.tiles = tiles
    }

    /// Tiles of one sheet.
    package static var sheet: Int { Standard.columns * Standard.rows }

    package var sheets: Int { (tiles.count + Self.sheet - 1) / Self.sheet }

    package func name(_ sheet: Int) -> String { "sheet-\(sheet + 1).jpg" }

    /// Says which part of which sheet is to be shown when; the sheets stand beside it.
    package var webVTT: WebVTTText {
        WebVTTText(
            cues: tiles.enumerated().map { number, tile in
                let place = number % Self.sheet
                let left = place % Standard.columns * self.tile.width
                let top = place / Standard.columns * self.tile.height
                let size = "\(self.tile.width),\(self.tile.height)"
                return WebVTTText.Cue(
                    name: nil, start: tile.start, end: tile.end,
                    payload: "\(name(number / Self.sheet))#xywh=\(left),\(top),\(size)")
            })
    }
}

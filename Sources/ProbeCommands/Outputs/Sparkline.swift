/// Values as a row of bars of eight heights, one column each.
enum Sparkline {
    private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// The last values that fit, over the range from nothing to the largest of them. A value that
    /// is missing is a gap.
    static func text(_ values: [Double?], width: Int) -> String {
        let shown = values.suffix(max(width, 0))
        let top = shown.compactMap(\.self).filter(\.isFinite).max() ?? 0
        return String(
            shown.map { value in
                guard let value, value.isFinite else { return " " }
                guard top > 0, value > 0 else { return bars[0] }
                let place = Int((value / top * Double(bars.count - 1)).rounded())
                return bars[min(max(place, 0), bars.count - 1)]
            })
    }
}

internal import Glibc

/// Angles for the sounds of the test pattern.
enum Trigonometry {
    /// The sine of so many whole turns.
    static func sine(turns: Double) -> Double {
        sin((turns - turns.rounded(.down)) * 2 * Double.pi)
    }
}

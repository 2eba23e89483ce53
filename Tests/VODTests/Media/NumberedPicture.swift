/// A number in a picture that survives coding, scaling and cropping to 9:16: 24 black and white
/// fields in the middle, of which 18 are its bits and 4 a check.
enum NumberedPicture {
    static let columns = 4
    static let rows = 6
    private static let bits = 18
    private static let checkBits = 4

    /// Where in a picture the fields are, as shares of its width and height.
    struct View: Sendable {
        let left: Double
        let width: Double
        let top: Double
        let height: Double

        static let whole = View(left: 0.35, width: 0.3, top: 0.1, height: 0.8)
        /// The middle 9:16 of a picture of 16:9.
        static let upright = View(left: 0.026, width: 0.948, top: 0.1, height: 0.8)
    }

    /// One byte a field, row by row.
    static func fields(_ number: Int) -> [UInt8] {
        let code = number | check(number) << bits | 1 << (bits + checkBits)
        return (0..<columns * rows).map { code >> $0 & 1 == 1 ? 255 : 0 }
    }

    /// Nil where no number can be read.
    static func number(in gray: ArraySlice<UInt8>, width: Int, height: Int, _ view: View) -> Int? {
        var code = 0
        for field in 0..<columns * rows {
            let column = Double(field % columns) + 0.5
            let row = Double(field / columns) + 0.5
            let x = (view.left + view.width * column / Double(columns)) * Double(width)
            let y = (view.top + view.height * row / Double(rows)) * Double(height)
            let level = mean(gray, width: width, x: Int(x), y: Int(y))
            guard level < 100 || level > 150 else { return nil }
            if level > 150 { code |= 1 << field }
        }
        let number = code & (1 << bits - 1)
        return code == number | check(number) << bits | 1 << (bits + checkBits) ? number : nil
    }

    /// Of the nine pixels around a place.
    private static func mean(_ gray: ArraySlice<UInt8>, width: Int, x: Int, y: Int) -> Int {
        var sum = 0
        for row in y - 1...y + 1 {
            for column in x - 1...x + 1 {
                sum += Int(gray[gray.startIndex + row * width + column])
            }
        }
        return sum / 9
    }

    private static func check(_ number: Int) -> Int {
        var check = 5
        for shift in stride(from: 0, to: bits, by: 3) { check = check * 3 + number >> shift & 7 }
        return check & (1 << checkBits - 1)
    }
}

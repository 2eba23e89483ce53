import Media
import WebRTC

/// A picture of any size, as the reader of the test pattern's blocks looks at it.
///
/// Two bytes each for width, height and stride; the rest is repeated over the picture.
package func fuzzPattern(_ bytes: [UInt8]) {
    guard bytes.count > 6 else { return }
    func number(_ place: Int) -> Int { (Int(bytes[place]) << 8 | Int(bytes[place + 1])) & 0x1FF }
    let (size, stride) = (PictureSize(width: number(0), height: number(2)), number(4))
    let filler = Array(bytes.dropFirst(6))
    // Now and then a row is missing, or more than that.
    let count = max(stride * size.height - (bytes[0] & 0x80 == 0 ? 0 : number(4)), 0)
    var luma = [UInt8](repeating: 0, count: count)
    for place in luma.indices { luma[place] = filler[place % filler.count] }
    if let code = PatternCode(luma: luma.span, stride: stride, size: size) {
        precondition(code.number < PatternCode.Limits.numbers, "a number past its limit")
        precondition(PatternCode(rows: Array(code.rows.dropFirst())) == code, "read otherwise")
    }
}

import Media
import Primitives

extension CodedFrame {
    /// A copy of its bytes, which outlives the next frame.
    var copiedBytes: [UInt8] {
        var copy: [UInt8] = []
        copy.reserveCapacity(count)
        copy.append(bytes)
        return copy
    }
}

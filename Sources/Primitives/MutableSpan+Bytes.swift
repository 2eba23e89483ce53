extension MutableSpan where Element == UInt8 {
    /// Overwrites what stands at `place` in one copy of memory.
    @inlinable
    @inline(__always)
    package mutating func overwrite(at place: Int, with source: Span<UInt8>) {
        precondition(place >= 0 && source.count <= count - place, "a copy beyond the buffer")
        unsafe withUnsafeMutableBytes { target in
            unsafe source.withUnsafeBytes { bytes in
                guard let from = bytes.baseAddress, let to = target.baseAddress else { return }
                unsafe (to + place).copyMemory(from: from, byteCount: bytes.count)
            }
        }
    }
}

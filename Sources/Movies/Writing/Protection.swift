/// Some bytes of a frame in clear, and the protected ones behind them (ISO/IEC 23001-7).
package struct ProtectedPart: Sendable, Hashable {
    package var clear: Int
    package var protected: Int

    package init(clear: Int, protected: Int) {
        self.clear = clear
        self.protected = protected
    }

    /// Of one frame: their description must fit into one byte.
    package static let maximumCount = 42

    /// As `senc` has it: what is in clear is told in 16 bits.
    private static func split(_ parts: [ProtectedPart]) -> [ProtectedPart] {
        parts.flatMap { part -> [ProtectedPart] in
            var (clear, split) = (part.clear, [ProtectedPart]())
            while clear > 65_535 {
                split.append(ProtectedPart(clear: 65_535, protected: 0))
                clear -= 65_535
            }
            return split + [ProtectedPart(clear: clear, protected: part.protected)]
        }
    }

    /// Writes `senc`, and how it is found; nothing where no frame has parts. Gives the place of
    /// the number that says where the first description stands, and that place.
    static func write(
        _ frames: [FragmentWriter.Frame], to writer: inout BoxWriter
    ) -> (entry: Int, first: Int)? {
        guard frames.contains(where: { !$0.parts.isEmpty }) else { return nil }
        let described = frames.map { split($0.parts) }
        var first = 0
        writer.fullBox("senc", version: 0, flags: 2) { writer in
            writer.write(UInt32(described.count))
            first = writer.count
            for parts in described {
                writer.write(UInt16(clamping: parts.count))
                for part in parts {
                    writer.write(UInt16(clamping: part.clear))
                    writer.write(UInt32(clamping: part.protected))
                }
            }
        }
        writer.fullBox("saiz", version: 0, flags: 0) { writer in
            writer.write(UInt8(0))
            writer.write(UInt32(described.count))
            for parts in described { writer.write(UInt8(clamping: 2 + 6 * parts.count)) }
        }
        var entry = 0
        writer.fullBox("saio", version: 0, flags: 0) { writer in
            writer.write(UInt32(1))
            entry = writer.count
            writer.write(UInt32(0))
        }
        return (entry, first)
    }
}

/// How a track is protected by `cbcs`: with one vector for all, and a pattern of blocks.
package struct Protection: Sendable, Hashable {
    package var keyID: [UInt8]
    package var vector: [UInt8]
    /// Of pictures one block in ten is protected, of sounds all.
    package var isPicture: Bool

    package init(keyID: [UInt8], vector: [UInt8], isPicture: Bool) {
        precondition(keyID.count == 16 && vector.count == 16, "an identifier and a vector have 16")
        self.keyID = keyID
        self.vector = vector
        self.isPicture = isPicture
    }
}

extension MovieFormat {
    /// The same format, protected: what it was is told in `sinf`.
    package func protected(by protection: Protection) -> MovieFormat {
        guard entry.count > 8 else { return self }
        var writer = BoxWriter()
        writer.write(entry.span)
        writer.box("sinf") { writer in
            writer.box("frma") { $0.write(entry.span.extracting(4..<8)) }
            writer.fullBox("schm", version: 0, flags: 0) { writer in
                writer.text("cbcs")
                writer.write(UInt32(0x1_0000))
            }
            writer.box("schi") { writer in
                writer.fullBox("tenc", version: 1, flags: 0) { writer in
                    writer.write(UInt8(0))
                    writer.write(UInt8(protection.isPicture ? 0x19 : 0))
                    // It is protected; no frame has a vector of its own.
                    writer.write(UInt8(1))
                    writer.write(UInt8(0))
                    writer.write(protection.keyID.span)
                    writer.write(UInt8(16))
                    writer.write(protection.vector.span)
                }
            }
        }
        writer.patch(UInt32(truncatingIfNeeded: writer.count), at: 0)
        var format = self
        format.entry = writer.bytes
        format.entry.replaceSubrange(
            4..<8, with: Array((protection.isPicture ? "encv" : "enca").utf8))
        return format
    }
}

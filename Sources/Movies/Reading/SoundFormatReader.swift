import Primitives
import WebRTC

/// Reads an entry of `stsd` that is about sound, of ISO and of the three versions of QuickTime.
struct SoundFormatReader {
    private let box: BoxPlace
    private let isQuickTime: Bool
    private let version: Int

    private struct Fields {
        var channels = 0
        var rate = 0
        var bits = 0
        /// Bytes and samples of what belongs together, where the entry says it.
        var packing: SoundPacking?
    }

    init(_ box: BoxPlace, _ listVersion: UInt8) {
        self.box = box
        version = 0
        isQuickTime = listVersion == 0
    }

    func read(_ bytes: Span<UInt8>, _ result: inout FormatReader.Found) {
        let part = box.content
        guard part.count >= 28 else { return }
        let start = part.lowerBound
        var fields = Fields()
        fields.channels = Int(bytes.number16(start + 16))
        fields.bits = Int(bytes.number16(start + 18))
        fields.rate = Int(bytes.number16(start + 24))
        var boxes = start + 28
        // In ISO's own version 1 the fields are those of version 0.
        switch isQuickTime ? bytes.number16(start + 8) : 0 {
        case 1 where part.count >= 44:
            let samples = Int(bytes.number32(start + 28))
            let size = Int(bytes.number32(start + 36))
            if 1...0xFFFF ~= samples, 1...0xFFFF ~= size {
                fields.packing = SoundPacking(samples: samples, bytes: size)
            }
            boxes += 16
        case 2 where part.count >= 64:
            let rate = Double(bitPattern: bytes.number64(start + 32))
            fields.rate = rate >= 1 && rate <= 10_000_000 ? Int(rate) : 0
            fields.channels = Int(min(bytes.number32(start + 40), 255))
            fields.bits = Int(min(bytes.number32(start + 48), 64))
            let (size, samples) = (bytes.number32(start + 56), bytes.number32(start + 60))
            if 1...0xFFFF ~= size, 1...0xFFFF ~= samples {
                fields.packing = SoundPacking(samples: Int(samples), bytes: Int(size))
            }
            boxes += 36
        default: break
        }
        guard boxes <= part.upperBound else { return }
        readCoding(boxes..<part.upperBound, bytes, &fields, &result)
        result.format.details = .sound(sampleRate: fields.rate, channels: fields.channels)
    }

    private func readCoding(
        _ boxes: Range<Int>, _ bytes: Span<UInt8>, _ fields: inout Fields,
        _ result: inout FormatReader.Found
    ) {
        switch box.type {
        case "mp4a": readElementary(boxes, bytes, &fields, &result)
        case "Opus": readOpus(boxes, bytes, &fields, &result)
        case "ulaw", "alaw":
            result.format.coding = .known(box.type == "ulaw" ? .pcmu : .pcma)
            result.packing = SoundPacking(samples: 1, bytes: max(1, fields.channels))
        case "sowt", "twos", "raw ", "NONE", "in24", "in32", "fl32", "fl64", "lpcm", "ipcm",
            "fpcm":
            let width: Int =
                switch box.type {
                case "in24": 3
                case "in32", "fl32": 4
                case "fl64": 8
                default: (max(fields.bits, 8) + 7) / 8
                }
            let packing = SoundPacking(samples: 1, bytes: max(1, fields.channels) * width)
            result.packing = box.type == "lpcm" ? fields.packing ?? packing : packing
        case "alac":
            if let found = Self.find("alac", boxes, bytes) {
                result.format.configuration.append(bytes.extracting(found.content))
            }
        case "fLaC":
            if let found = Self.find("dfLa", boxes, bytes) {
                result.format.configuration.append(bytes.extracting(found.content))
            }
        default:
            // 'ima4', 'MAC3' and others, of which the entry says how they are packed.
            result.packing = fields.packing
        }
    }

    /// A box of the entry, or of the `wave` that QuickTime puts such boxes into.
    private static func find(
        _ type: BoxType, _ boxes: Range<Int>, _ bytes: Span<UInt8>
    ) -> BoxPlace? {
        if let found = BoxWalk.first(type, in: boxes, of: bytes) { return found }
        guard let wave = BoxWalk.first("wave", in: boxes, of: bytes) else { return nil }
        return BoxWalk.first(type, in: wave.content, of: bytes)
    }

    private func readElementary(
        _ boxes: Range<Int>, _ bytes: Span<UInt8>, _ fields: inout Fields,
        _ result: inout FormatReader.Found
    ) {
        guard let place = Self.find("esds", boxes, bytes),
            let found = ElementaryDescriptor(place.content, bytes)
        else { return }
        result.format.configuration.append(bytes.extracting(found.configuration))
        guard [0x40, 0x66, 0x67, 0x68].contains(found.objectType) else { return }
        guard let parsed = AACConfiguration(parsing: bytes.extracting(found.configuration)) else {
            return
        }
        result.format.coding = .aac
        // The entry has room for 65,535 Hz and often two channels for any number.
        fields.rate = parsed.sampleRate
        if parsed.channels > 0 { fields.channels = parsed.channels }
    }

    /// `dOps` as the header that Ogg has, which is what decoders take (RFC 7845 5.1).
    private func readOpus(
        _ boxes: Range<Int>, _ bytes: Span<UInt8>, _ fields: inout Fields,
        _ result: inout FormatReader.Found
    ) {
        result.format.coding = .known(.opus)
        guard let part = BoxWalk.first("dOps", in: boxes, of: bytes)?.content, part.count >= 11
        else { return }
        let start = part.lowerBound
        var head = Array("OpusHead".utf8)
        head.append(1)
        head.append(bytes[start + 1])
        // Pre-skip, rate and gain stand in the other order of bytes there.
        for range in [2..<4, 4..<8, 8..<10] {
            for place in range.reversed() { head.append(bytes[start + place]) }
        }
        head.append(bytes.extracting(start + 10..<part.upperBound))
        result.format.configuration = head
        fields.channels = Int(bytes[start + 1])
        fields.rate = 48_000
    }
}

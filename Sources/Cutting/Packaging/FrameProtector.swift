import Movies
import SecureTransport
import WebRTC

/// Protects the frames of one rendition by `cbcs` (ISO/IEC 23001-7): of pictures one block in ten
/// of the slices, whose headers stay in clear, and of sounds all whole blocks.
final class FrameProtector {
    enum Problem: Error {
        case cipher
        case badFrame
    }

    let format: MovieFormat
    private let chain: BlockChain
    private let vector: [UInt8]
    /// Nil for sounds.
    private let slices: SliceHeads?
    private let lengthSize: NALLengthSize

    /// Parts of one frame that are protected; a frame of more slices has its rest in clear.
    private static let maximumSlices = 32
    private static let block = BlockChain.blockSize

    /// Nil where frames are not to be protected.
    static func make(
        _ rendition: PackageRendition, _ encryption: PieceEncryption?
    ) throws(PackageProblem) -> FrameProtector? {
        guard let encryption, encryption.method == .frames else { return nil }
        guard let chain = BlockChain(key: encryption.key) else { throw .cipher }
        var slices: SliceHeads?
        var lengthSize = NALLengthSize.four
        if rendition.isPicture {
            let bytes = rendition.format.configuration.span
            switch rendition.format.coding {
            case .known(.h264):
                guard let configuration = AVCConfiguration(parsing: bytes) else { fallthrough }
                slices = SliceHeads(.h264, H264SliceHeaders(configuration))
                lengthSize = configuration.lengthSize
            case .known(.h265):
                guard let configuration = HEVCConfiguration(parsing: bytes) else { fallthrough }
                slices = SliceHeads(.h265, nil)
                lengthSize = configuration.lengthSize
            default:
                throw .notProtectable(
                    rendition: rendition.name, codec: rendition.format.codecsName)
            }
        }
        return FrameProtector(rendition, encryption, chain, slices, lengthSize)
    }

    private init(
        _ rendition: PackageRendition, _ encryption: PieceEncryption, _ chain: BlockChain,
        _ slices: SliceHeads?, _ lengthSize: NALLengthSize
    ) {
        self.chain = chain
        self.slices = slices
        self.lengthSize = lengthSize
        vector = encryption.vector(of: rendition.name)
        format = rendition.format.protected(
            by: Protection(
                keyID: encryption.keyID, vector: vector, isPicture: rendition.isPicture))
    }

    /// Protects the frame that is the end of some bytes, and gives what of it is in clear.
    func protect(_ data: inout [UInt8], from start: Int) throws(Problem) -> [ProtectedPart] {
        guard let slices else {
            try encrypt(&data, start, count: data.count - start, pattern: false)
            return []
        }
        var parts: [ProtectedPart] = []
        var clear = 0
        var count = 0
        var walk = NALWalk(.lengthPrefixed(lengthSize))
        var last = start
        while true {
            let unit: Range<Int>
            do throws(NALProblem) {
                let frame = data.span.extracting(start..<data.count)
                guard let next = try walk.next(in: frame) else { break }
                unit = start + next.lowerBound..<start + next.upperBound
            } catch {
                throw .badFrame
            }
            let head = slices.headLength(data.span.extracting(unit))
            clear += unit.lowerBound - last
            last = unit.upperBound
            guard let head, unit.count - head >= Self.block, count < Self.maximumSlices else {
                clear += unit.count
                continue
            }
            count += 1
            clear += head
            let length = unit.count - head
            try encrypt(&data, unit.lowerBound + head, count: length, pattern: true)
            parts.append(ProtectedPart(clear: clear, protected: length))
            clear = 0
        }
        clear += data.count - last
        if clear > 0 || parts.isEmpty { parts.append(ProtectedPart(clear: clear, protected: 0)) }
        let described = parts.reduce(0) { $0 + 1 + max(0, $1.clear - 1) / 65_535 }
        guard described <= ProtectedPart.maximumCount else { throw .badFrame }
        return parts
    }

    /// Each part is a chain of its own; what is less than a block at its end stays in clear.
    private func encrypt(
        _ data: inout [UInt8], _ start: Int, count: Int, pattern: Bool
    ) throws(Problem) {
        do throws(OpenSSLProblem) {
            try chain.begin(vector)
            guard pattern else {
                return try chain.encrypt(&data, start..<start + count / Self.block * Self.block)
            }
            var place = 0
            while count - place >= Self.block {
                try chain.encrypt(&data, start + place..<start + place + Self.block)
                place += 10 * Self.block
            }
        } catch {
            throw .cipher
        }
    }
}

/// How many bytes at the start of a slice stay in clear, so that its header does.
struct SliceHeads {
    private let syntax: NALSyntax
    /// Nil for H.265, whose headers are not read.
    private let headers: H264SliceHeaders?

    /// Where the header can't be told: more than those have whose weights of prediction are not
    /// written out for many pictures.
    private static let usual = 128

    init(_ syntax: NALSyntax, _ headers: H264SliceHeaders?) {
        self.syntax = syntax
        self.headers = headers
    }

    /// Nil for a unit that is no slice: all of it stays in clear.
    func headLength(_ unit: Span<UInt8>) -> Int? {
        guard unit.count > syntax.headerLength,
            syntax.role(of: syntax.type(firstByte: unit[0])).isPicture
        else { return nil }
        return headers?.length(of: unit) ?? Self.usual
    }
}

import FileAccess
import Primitives
import SecureTransport

/// The file of one piece, encrypted as a whole where that is wanted.
final class PieceFile {
    private let file: DraftFile
    private let chain: BlockChain?
    /// What is not a whole block yet, and what is being encrypted.
    private var waiting: [UInt8] = []

    init(_ file: DraftFile, chain: BlockChain?, number: Int) throws(PackageProblem) {
        self.file = file
        self.chain = chain
        do throws(OpenSSLProblem) {
            try chain?.begin(PieceEncryption.vector(number: number))
        } catch {
            throw .cipher
        }
    }

    /// As it is on the disk.
    var length: Int64 { file.length }

    func append(_ bytes: Span<UInt8>) throws(PackageProblem) {
        guard chain != nil else { return try write(bytes) }
        waiting.append(bytes)
        try encrypt(waiting.count / BlockChain.blockSize * BlockChain.blockSize)
    }

    func close() throws(PackageProblem) {
        if chain != nil {
            // PKCS #7: as many bytes as are missing, each of which says how many.
            let missing = BlockChain.blockSize - waiting.count % BlockChain.blockSize
            for _ in 0..<missing { waiting.append(UInt8(missing)) }
            try encrypt(waiting.count)
        }
        do throws(FileProblem) {
            try file.publish(replacing: false)
        } catch {
            throw .file(error)
        }
    }

    private func encrypt(_ count: Int) throws(PackageProblem) {
        // Taken out, so that it is not copied when it is shortened.
        var bytes: [UInt8] = []
        swap(&bytes, &waiting)
        do throws(OpenSSLProblem) {
            try chain?.encrypt(&bytes, 0..<count)
        } catch {
            throw .cipher
        }
        try write(bytes.span.extracting(0..<count))
        bytes.removeFirst(count)
        swap(&bytes, &waiting)
    }

    private func write(_ bytes: Span<UInt8>) throws(PackageProblem) {
        do throws(FileProblem) {
            try file.append(bytes)
        } catch {
            throw .file(error)
        }
    }
}

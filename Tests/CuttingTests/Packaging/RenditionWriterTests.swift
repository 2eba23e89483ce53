import Cutting
import FileAccess
import Movies
import Primitives
import SecureTransport
import TestSupport
import Testing
import WebRTC

/// Rules of writing renditions, with frames that no decoder needs to like.
struct RenditionWriterTests {
    private let folder = ScratchFolder()

    private func writer(
        isPicture: Bool = true, encryption: PieceEncryption? = nil
    ) throws -> (PackageWriter, RenditionWriter) {
        let package = try PackageWriter(
            at: folder.path("show"), target: MediaTime(ticks: 6, timescale: 1),
            encryption: encryption)
        let format = FormatEntry.aac(
            configuration: [0x11, 0x90], sampleRate: 48_000, channels: 2, averageRate: 128_000)
        let picture = FormatEntry.picture(
            .vp9, configuration: [1, 0, 0, 0, 0, 30, 0x82, 2, 2, 2, 0, 0],
            size: PictureSize(width: 320, height: 180), keeping: [])
        let rendition = PackageRendition(
            name: "one", kind: isPicture ? .picture : .sound(title: "one", language: nil),
            format: isPicture ? picture ?? format : format, timescale: 1000, matrix: [], roll: nil)
        return (package, try package.rendition(rendition))
    }

    private func frame(_ time: Int64, key: Bool = false, decoding: Int64? = nil) -> PackageFrame {
        PackageFrame(
            decoding: decoding ?? time, presentation: time, duration: 100, isIndependent: key)
    }

    @Test func `pieces begin at keyframes only, and what is long is told`() throws {
        let (_, writer) = try writer()
        let bytes = [UInt8](repeating: 1, count: 50)
        // Keyframes at 0, 4, 14 and 26 s.
        for number in 0..<300 {
            let isKey = [0, 40, 140, 260].contains(number)
            try writer.append(frame(Int64(number) * 100, key: isKey), bytes.span)
        }
        let outcome = try writer.finish()
        #expect(outcome.pieces.map(\.start) == [0, 14_000, 26_000])
        #expect(outcome.pieces.map(\.duration) == [14_000, 12_000, 4000])
        #expect(outcome.pieces.map { $0.keyframes.count } == [2, 1, 1])
        #expect(
            outcome.remarks == [
                .longPieces(rendition: "one", longest: .seconds(14), wanted: .seconds(6)),
                .distantKeyframes(rendition: "one", longest: .seconds(12)),
            ])
        #expect(outcome.frames == 300 && outcome.duration.milliseconds == 30_000)
    }

    @Test func `sound that begins late is cut on the same grid`() throws {
        let (_, writer) = try writer(isPicture: false)
        for number in 0..<100 {
            try writer.append(frame(20_000 + Int64(number) * 100, key: true), [1, 2, 3].span)
        }
        let outcome = try writer.finish()
        #expect(outcome.pieces.map(\.start) == [20_000, 24_000])
        #expect(outcome.pieces.map(\.duration) == [4000, 6000])
    }

    @Test func `what no writer can use is refused, whatever the times`() throws {
        var (_, writer) = try writer()
        #expect(throws: PackageProblem.noKeyframe(rendition: "one")) {
            try writer.append(frame(0), [1].span)
        }
        for time in [Int64.min, .max, 1 << 60, -(1 << 60)] {
            (_, writer) = try self.writer()
            #expect(throws: PackageProblem.disordered(rendition: "one", at: .zero)) {
                try writer.append(frame(time, key: true), [1].span)
            }
        }
        (_, writer) = try self.writer()
        try writer.append(frame(5, key: true), [1].span)
        #expect(throws: PackageProblem.disordered(rendition: "one", at: .milliseconds(5))) {
            try writer.append(frame(5), [1].span)
        }
        (_, writer) = try self.writer()
        #expect(throws: PackageProblem.emptyRendition("one")) { _ = try writer.finish() }
    }

    @Test func `a long group of pictures does not gather in memory`() throws {
        let (package, writer) = try writer()
        let bytes = [UInt8](repeating: 7, count: 1 << 20)
        for number in 0..<40 {
            try writer.append(frame(Int64(number) * 100, key: number == 0), bytes.span)
        }
        let outcome = try writer.finish()
        #expect(outcome.pieces.count == 1)
        // Fragments of 8 MiB, and one of the keyframe: each has its own head.
        let file = Files.bytes(package.folder.path(of: "one/1.m4s")) ?? []
        var (place, fragments) = (0, 0)
        while place + 8 <= file.count {
            let size = file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
            if file[place + 4..<place + 8].elementsEqual("moof".utf8) { fragments += 1 }
            place += max(8, size)
        }
        #expect(fragments == 6 && place == file.count)
    }

    @Test func `codecs whose frames can't be protected are refused`() throws {
        let encryption = PieceEncryption(
            method: .frames, key: [UInt8](repeating: 1, count: 16), uri: "key")
        #expect(
            throws: PackageProblem.notProtectable(rendition: "one", codec: "vp09.00.30.08")
        ) { _ = try writer(encryption: encryption) }
        #expect(PieceEncryption(method: .frames, key: [1], uri: "key") == nil)
    }

    @Test func `blocks are chained as the standard's example is`() throws {
        // NIST SP 800-38A, F.2.1.
        let key: [UInt8] = [
            0x2B, 0x7E, 0x15, 0x16, 0x28, 0xAE, 0xD2, 0xA6, 0xAB, 0xF7, 0x15, 0x88, 0x09, 0xCF,
            0x4F, 0x3C,
        ]
        var bytes: [UInt8] = [
            0x6B, 0xC1, 0xBE, 0xE2, 0x2E, 0x40, 0x9F, 0x96, 0xE9, 0x3D, 0x7E, 0x11, 0x73, 0x93,
            0x17, 0x2A, 0xAE, 0x2D, 0x8A, 0x57, 0x1E, 0x03, 0xAC, 0x9C, 0x9E, 0xB7, 0x6F, 0xAC,
            0x45, 0xAF, 0x8E, 0x51,
        ]
        let chain = try #require(BlockChain(key: key))
        try chain.begin((0..<16).map { $0 })
        try chain.encrypt(&bytes, 0..<16)
        try chain.encrypt(&bytes, 16..<32)
        #expect(bytes[..<4].elementsEqual([0x76, 0x49, 0xAB, 0xAC]))
        #expect(bytes[16..<20].elementsEqual([0x50, 0x86, 0xCB, 0x9B]))
        #expect(BlockChain(key: [1, 2]) == nil)
    }
}

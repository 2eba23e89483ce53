internal import CFFmpeg
internal import Glibc
import Primitives
package import WebRTC

/// Makes a JPEG of many small pictures, row by row, all of one size.
@safe
package final class SheetEncoder {
    package let tile: PictureSize
    package let columns: Int
    package let rows: Int
    private let sheet = Picture()
    private let scaler: PictureScaler
    private let scaled = Picture()

    package enum Limits {
        /// From 2, the best, to 31.
        static let quality: Int32 = 5
    }

    /// - Parameter rotation: degrees that pictures are turned by clockwise.
    package init(
        tile: PictureSize, columns: Int, rows: Int, rotation: Int
    ) throws(MediaError) {
        self.tile = tile
        self.columns = columns
        self.rows = rows
        scaler = PictureScaler(size: tile, rotation: rotation)
        try clear()
    }

    private var size: PictureSize {
        PictureSize(width: tile.width * columns, height: tile.height * rows)
    }

    /// Begins a new sheet, black everywhere.
    package func clear() throws(MediaError) {
        try sheet.allocate(size)
        sheet.blacken()
    }

    package func put(_ picture: Picture, at place: Int) throws(MediaError) {
        guard (0..<columns * rows).contains(place) else { return }
        try scaler.convert(picture, into: scaled)
        sheet.draw(scaled, left: place % columns * tile.width, top: place / columns * tile.height)
    }

    /// The sheet as a file, with as many rows as so many pictures need; the sheet is used up.
    package func jpeg(pictures: Int) throws(MediaError) -> [UInt8] {
        let needed = min(rows, max(1, (pictures + columns - 1) / columns))
        let part = Picture()
        try part.share(
            sheet, left: 0, top: 0,
            size: PictureSize(width: size.width, height: needed * tile.height))
        try part.edit()
        part.stretchRange()
        return try Self.encode(part)
    }

    private static func encode(_ picture: Picture) throws(MediaError) -> [UInt8] {
        guard let implementation = unsafe avcodec_find_encoder(AV_CODEC_ID_MJPEG) else {
            throw .noEncoder(codec: "mjpeg")
        }
        let handle = try unsafe CodecHandle(implementation)
        let codec = unsafe handle.codec
        unsafe codec.pointee.width = Int32(picture.size.width)
        unsafe codec.pointee.height = Int32(picture.size.height)
        unsafe codec.pointee.pix_fmt = AV_PIX_FMT_YUVJ420P
        unsafe codec.pointee.color_range = AVCOL_RANGE_JPEG
        unsafe codec.pointee.time_base = TimeBase.video.rational
        unsafe codec.pointee.thread_count = 1
        unsafe codec.pointee.flags |= Int32(AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT)
        unsafe codec.pointee.global_quality = Limits.quality * FF_QP2LAMBDA
        try handle.open(LibraryOptions())
        let mark = LibraryLog.shared.mark
        let coded = CodedFrame()
        unsafe picture.frame.pointee.format = AV_PIX_FMT_YUVJ420P.rawValue
        unsafe picture.frame.pointee.pts = 0
        unsafe picture.frame.pointee.quality = Limits.quality * FF_QP2LAMBDA
        try unsafe handle.send(raw: picture.frame)
        guard try handle.receive(coded: coded) else {
            throw .library(LibraryProblem("avcodec_receive_packet", -EAGAIN, since: mark))
        }
        var bytes: [UInt8] = []
        bytes.append(coded.bytes)
        return bytes
    }
}

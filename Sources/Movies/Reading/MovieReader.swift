import Primitives
import WebRTC

/// Reads what an MP4 or MOV says of itself; of the media not a byte.
package struct MovieReader {
    /// Gives all bytes of a part of the file; nil where it cannot, and keeps the reason itself.
    package typealias Read = (_ place: Int64, _ count: Int) -> [UInt8]?

    private let length: Int64
    private let read: Read
    /// What was read last, and where it lies: headers of small boxes stand near one another.
    private var window: [UInt8] = []
    private var windowPlace: Int64 = 0
    private var damages: [MovieDamage] = []

    private var index: MovieIndex?
    private var fragments = FragmentTables()
    private var brand = ""
    private var hasLooseFragments = false

    /// - Parameter read: gives bytes of the file, all of which are within `length`.
    package static func read(
        length: Int64, _ read: @escaping Read
    ) throws(MovieProblem) -> Movie {
        var reader = MovieReader(length: length, read: read)
        return try reader.movie()
    }

    private init(length: Int64, read: @escaping Read) {
        self.length = length
        self.read = read
    }

    private mutating func movie() throws(MovieProblem) -> Movie {
        guard length > 0 else { throw .empty }
        try recognise()
        try walk()
        guard var movie = index?.movie else {
            throw .noIndex(hasFragments: hasLooseFragments)
        }
        index = nil
        fragments.finish(&movie)
        movie.brand = brand
        movie.damages = damages + movie.damages
        return movie
    }

    private mutating func walk() throws(MovieProblem) {
        var place: Int64 = 0
        for _ in 0..<MovieLimits.boxes {
            guard let box = try header(at: place), try take(box) else { return }
            place = box.end
        }
    }

    /// Looks whether the file begins with a box that movies begin with.
    private mutating func recognise() throws(MovieProblem) {
        let count = Int(min(length, 1024))
        let first = try bytes(at: 0, count: count)
        let isKnown =
            count >= 8 && Self.known.contains(BoxType(first.span.number32(4)))
            && (first.span.number32(0) >= 8 || first.span.number32(0) <= 1)
        guard isKnown else { throw .notMovie(ForeignContainer.of(first.span)) }
    }

    private static var known: Set<BoxType> {
        [
            "ftyp", "styp", "moov", "moof", "mdat", "free", "skip", "wide", "pnot", "uuid", "sidx",
            "meta", "emsg", "prft", "junk", "udta", "PICT", "mfra",
        ]
    }

    private struct Header {
        let type: BoxType
        let start: Int64
        let content: Int64
        /// As it is said; it may be beyond the end of the file.
        let end: Int64
    }

    /// The box that begins at `place`; nil at the end, or where there is none.
    private mutating func header(at place: Int64) throws(MovieProblem) -> Header? {
        let left = length - place
        guard left >= 8 else {
            if left > 0 { damages.append(.endsEarly(box: "", place: place)) }
            return nil
        }
        let bytes = try bytes(at: place, count: Int(min(left, 16)))
        let type = BoxType(bytes.span.number32(4))
        var size = Int64(bytes.span.number32(0))
        var header: Int64 = 8
        if size == 1 {
            guard left >= 16 else {
                damages.append(.endsEarly(box: type.name, place: place))
                return nil
            }
            size = Int64(clamping: bytes.span.number64(8))
            header = 16
        } else if size == 0 {
            // Zeros at the end are no box: some disks and cameras leave them.
            guard type.number != 0 else { return nil }
            size = left
        }
        guard size >= header, type.isPlausible else {
            damages.append(.notBox(place: place))
            return nil
        }
        let end = place.addingReportingOverflow(size)
        return Header(
            type: type, start: place, content: place + header,
            end: end.overflow ? Int64.max : end.partialValue)
    }

    /// Takes what a box says; false where nothing can be read after it.
    private mutating func take(_ box: Header) throws(MovieProblem) -> Bool {
        let isWhole = box.end <= length
        switch box.type {
        case "moov":
            guard isWhole else { throw .indexCut(missingBytes: box.end - length) }
            // A file that was put together of several says the same again.
            if index == nil { try takeIndex(box) }
        case "moof":
            guard isWhole else {
                damages.append(.endsEarly(box: "moof", place: box.start))
                return false
            }
            try takeFragment(box)
        case "ftyp" where isWhole && brand.isEmpty && box.end - box.content >= 4:
            let name = try bytes(at: box.content, count: 4)
            brand = BoxType(name.span.number32(0)).name
        default: break
        }
        if !isWhole { damages.append(.endsEarly(box: box.type.name, place: box.start)) }
        return isWhole
    }

    private mutating func takeIndex(_ box: Header) throws(MovieProblem) {
        let count = box.end - box.content
        guard count <= MovieLimits.indexBytes else { throw .indexTooLong(bytes: count) }
        let bytes = try bytes(at: box.content, count: Int(count))
        let index = try MovieIndex(parsing: bytes.span, length: length)
        fragments = FragmentTables(index)
        self.index = index
    }

    private mutating func takeFragment(_ box: Header) throws(MovieProblem) {
        guard index != nil else {
            hasLooseFragments = true
            return
        }
        let count = box.end - box.content
        guard count <= MovieLimits.fragmentIndexBytes else {
            damages.append(.badFragment(place: box.start))
            return
        }
        let bytes = try bytes(at: box.content, count: Int(count))
        let isGood = try fragments.append(bytes.span, start: box.start, length: length)
        if !isGood, damages.count < MovieLimits.damages {
            damages.append(.badFragment(place: box.start))
        }
    }

    /// Bytes of the file, from the window where they are in it.
    private mutating func bytes(
        at place: Int64, count: Int
    ) throws(MovieProblem) -> [UInt8] {
        guard count <= MovieLimits.window else { return try part(place, count) }
        let offset = place - windowPlace
        if offset < 0 || offset + Int64(count) > Int64(window.count) {
            window = try part(place, Int(min(Int64(MovieLimits.window), length - place)))
            windowPlace = place
            return Array(window[0..<count])
        }
        return Array(window[Int(offset)..<Int(offset) + count])
    }

    private func part(_ place: Int64, _ count: Int) throws(MovieProblem) -> [UInt8] {
        guard let bytes = read(place, count), bytes.count == count else {
            throw .unread(place: place, count: count)
        }
        return bytes
    }
}

/// What a movie must not exceed to be read.
package enum MovieLimits {
    /// Of `moov`; an hour has about 3 MB.
    package static let indexBytes: Int64 = 256 << 20
    /// Of one `moof`.
    package static let fragmentIndexBytes: Int64 = 16 << 20
    /// At the top of a file: a day of fragments of a single frame has 5 million.
    package static let boxes = 16 << 20
    package static let tracks = 64
    package static let formats = 64
    package static let edits = 65_536
    /// Of one track; a day of 120 a second has 10 million.
    package static let frames = 16 << 20
    /// Of all tracks together: a small file can name each of its bytes as a frame of many tracks.
    package static let allFrames = 24 << 20
    /// Those that are told, so that a bad file is not told for ever.
    package static let damages = 1000
    /// What is read at once where a header is looked for.
    package static let window = 8192
}

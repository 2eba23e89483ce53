package import Commerce
import FileAccess
package import Media
import Movies
import Primitives

/// All that a package is made of.
package struct PackageWish: Sendable {
    /// Captions in one language, as WebVTT.
    package struct Captions: Sendable {
        package let language: String
        package let text: String

        package init(language: String, text: String) {
            self.language = language
            self.text = text
        }
    }

    package var timeline: Timeline?
    package var captions: [Captions]
    /// Nil to copy what is there.
    package var ladder: LadderSettings?
    package var encryption: PieceEncryption?
    package var pieceSeconds: Int64
    /// What search engines are told; the timeline's title where it is nil.
    package var title: String?
    /// Where the package, and the page that plays it, will be found.
    package var baseURL: String?
    package var pageURL: String?
    /// Whether there is an MP4 of the whole show, which search engines want.
    package var hasMP4: Bool
    /// Whether there are small pictures for the scrub bar.
    package var hasThumbnails: Bool
    package var jobs: Int
    package var replaces: Bool

    package init(
        timeline: Timeline?, captions: [Captions], ladder: LadderSettings?,
        encryption: PieceEncryption?, pieceSeconds: Int64, title: String?, baseURL: String?,
        pageURL: String?, hasMP4: Bool, hasThumbnails: Bool, jobs: Int, replaces: Bool
    ) {
        self.timeline = timeline
        self.captions = captions
        self.ladder = ladder
        self.encryption = encryption
        self.pieceSeconds = pieceSeconds
        self.title = title
        self.baseURL = baseURL
        self.pageURL = pageURL
        self.hasMP4 = hasMP4
        self.hasThumbnails = hasThumbnails
        self.jobs = jobs
        self.replaces = replaces
    }
}

/// Makes a package: renditions, playlists, and all that stands beside them.
package struct PackageMaker {
    package static let movieName = "show.mp4"
    package static let uprightName = "vertical.m3u8"
    static let thumbnails = "thumbnails"

    private let file: MovieFile
    private let wish: PackageWish
    private let stop: StopFlag

    package init(_ file: MovieFile, _ wish: PackageWish, stop: StopFlag) {
        self.file = file
        self.wish = wish
        self.stop = stop
    }

    /// Makes it and gives it its name; `progress` is told the share that is done, `meanwhile` is
    /// called again and again, to look whether the flag is to be raised.
    package func make(
        at path: String, progress: (Double) -> Void, meanwhile: () -> Void
    ) throws(LadderProblem) -> PackageReport {
        // Before hours of work, not after them.
        guard DraftFolder.isFree(path, replacing: wish.replaces ? PackageWriter.main : nil) else {
            throw .package(.file(.exists(path: path)))
        }
        let writer: PackageWriter
        do throws(PackageProblem) {
            writer = try PackageWriter(
                at: path, target: MediaTime(ticks: wish.pieceSeconds, timescale: 1),
                encryption: wish.encryption)
        } catch {
            throw .package(error)
        }
        let made = try renditions(writer, progress, meanwhile)
        let sprites = wish.hasThumbnails ? SpriteMaker(file, stop: stop) : nil
        let sheets =
            try sprites?.write(
                into: writer.folder, at: Self.thumbnails, jobs: wish.jobs, meanwhile: meanwhile)
            ?? []
        if wish.hasMP4 { try writeMovie(writer.folder, meanwhile) }
        do throws(PackageProblem) {
            let about = try writeBeside(writer.folder, sheets)
            let main = made.pictures + made.sounds
            var others: [(name: String, outcomes: [RenditionOutcome])] = []
            if !made.upright.isEmpty {
                others.append((Self.uprightName, made.upright + made.sounds))
            }
            try writer.finish(main, about: about, others: others)
            var report = PackageReport(
                source: file.path, durationMilliseconds: duration, made: made,
                captions: wish.captions.map(\.language), isCopied: wish.ladder == nil,
                isEncrypted: wish.encryption != nil)
            report.files = try files(writer.folder)
            try write(report.json.indentedText + "\n", "package.json", writer.folder)
            try writer.publish(replacing: wish.replaces)
            return report
        } catch {
            throw .package(error)
        }
    }

    private func renditions(
        _ writer: PackageWriter, _ progress: (Double) -> Void, _ meanwhile: () -> Void
    ) throws(LadderProblem) -> LadderOutcome {
        if let settings = wish.ladder {
            return try LadderMaker(file, settings, stop: stop).run(
                into: writer, progress: progress, meanwhile: meanwhile)
        }
        do throws(PackageProblem) { return try copies(writer, progress, meanwhile) } catch {
            throw .package(error)
        }
    }

    private func copies(
        _ writer: PackageWriter, _ progress: (Double) -> Void, _ meanwhile: () -> Void
    ) throws(PackageProblem) -> LadderOutcome {
        var outcome = LadderOutcome()
        let stop = stop
        var copy = try PackageCopy(file, into: writer)
        let all = try copy.run { (share) throws(PackageProblem) in
            meanwhile()
            if stop.isRaised { throw .interrupted }
            progress(share)
        }
        for made in all {
            if made.rendition.isPicture {
                outcome.pictures.append(made)
            } else {
                outcome.sounds.append(made)
            }
        }
        return outcome
    }

    /// How long a movie is shown, for those who tell how far the work is.
    package static func seconds(of file: MovieFile) -> Int64 {
        MovieShowings(file.movie).end.milliseconds / 1000
    }

    private var duration: Int64 { MovieShowings(file.movie).end.milliseconds }

    /// The whole show as one file, copied.
    private func writeMovie(
        _ folder: DraftFolder, _ meanwhile: () -> Void
    ) throws(LadderProblem) {
        let settings = ClipSettings(
            mode: .smart, edgeQuality: ClipSettings.Standard.edgeQuality,
            wholeQuality: ClipSettings.Standard.wholeQuality, jobs: 1, replaces: false)
        do throws(SpliceProblem) {
            let maker = try ClipMaker(file.file, file.movie, settings, stop: stop)
            let whole = MediaTime(ticks: 0, timescale: 1)..<maker.end
            try maker.make(
                [ClipWish(name: Self.movieName, ranges: [whole])], in: folder.draftPath,
                told: { _, _ in }, meanwhile: meanwhile)
        } catch {
            throw .splice(error)
        }
    }

    private func files(_ folder: DraftFolder) throws(PackageProblem) -> [PackageReport.File] {
        try PackageReport.files(in: folder)
    }

    // MARK: - Documents

    private func write(
        _ text: String, _ name: String, _ folder: DraftFolder
    ) throws(PackageProblem) {
        do throws(FileProblem) { try folder.write(text, to: name) } catch { throw .file(error) }
    }

    private func writeBeside(
        _ folder: DraftFolder, _ sheets: [String]
    ) throws(PackageProblem) -> PackageAbout {
        var about = PackageAbout.nothing
        about.start = ShowRanges.start(wish.timeline, created: file.movie.created)
        for captions in wish.captions {
            let uri = "captions/\(captions.language).vtt"
            try write(captions.text, uri, folder)
            about.captions.append(
                PackageCaptions(
                    title: captions.language, language: captions.language, uri: uri))
        }
        var clips: [VideoObject.Clip] = []
        if let timeline = wish.timeline {
            let end = duration
            if let start = about.start {
                about.ranges = ShowRanges.ranges(of: timeline, start: start, end: end)
            }
            try write(timeline, end, folder)
            let chapters = timeline.chapters(until: end)
            if !chapters.isEmpty {
                about.data.append(("com.apple.hls.chapters", "chapters.json"))
                clips = chapters.map {
                    VideoObject.Clip(name: $0.title, start: $0.start, end: $0.end)
                }
            }
        }
        try writeObject(clips, sheets, about.start, folder)
        return about
    }

    private func write(
        _ timeline: Timeline, _ end: Int64, _ folder: DraftFolder
    ) throws(PackageProblem) {
        let chapters = timeline.chapters(until: end)
        let document = ShowDocuments.timeline(timeline, end: end)
        try write(document.text + "\n", "timeline.json", folder)
        var known = timeline
        // What still holds at the end holds until the end of the media, which is known here.
        if known.header.media?.durationMilliseconds == nil {
            var media =
                known.header.media
                ?? TimelineMedia(file: nil, durationMilliseconds: nil, startTime: nil)
            media.durationMilliseconds = end
            known.header.media = media
        }
        // One that is not aligned has been refused before.
        if let text = try? known.bytes(as: .vtt) {
            try write(String(decoding: text, as: UTF8.self), "timeline.vtt", folder)
        }
        guard !chapters.isEmpty else { return }
        let apple = ShowDocuments.appleChapters(chapters)
        try write(apple.indentedText + "\n", "chapters.json", folder)
        let text = WebVTTText(chapters: chapters).bytes
        try write(String(decoding: text, as: UTF8.self), "chapters.vtt", folder)
    }

    private func writeObject(
        _ clips: [VideoObject.Clip], _ sheets: [String], _ start: WallClock?,
        _ folder: DraftFolder
    ) throws(PackageProblem) {
        let base = wish.baseURL.map { $0.hasSuffix("/") ? $0 : $0 + "/" } ?? ""
        let name = wish.title ?? wish.timeline?.header.title ?? wish.timeline?.header.show
        let stem = file.path.split(separator: "/").last.map(String.init) ?? file.path
        let object = VideoObject(
            name: name ?? stem, description: nil,
            uploaded: wish.timeline?.header.endedAt ?? wish.timeline?.header.startedAt ?? start,
            durationMilliseconds: duration,
            contentURL: base + (wish.hasMP4 ? Self.movieName : PackageWriter.main),
            thumbnailURLs: sheets.prefix(1).map { base + $0 }, pageURL: wish.pageURL,
            clips: clips)
        try write(object.json.indentedText + "\n", "video.jsonld", folder)
    }
}

import Recordings
package import Network
import Primitives
import WebRTC

/// Records what is published, on a thread of its own: a slow disk slows nobody but the recorder.
///
/// `tap` is for the relay's loop. What happens is told from the recorder's thread.
package final class Recorder: Sendable {
    /// Batches are looked at as they come; what only time brings about, so often.
    static let interval = Duration.milliseconds(200)

    private let loop: EventLoop
    private let queue = Monitor(BatchQueue())
    private let numbers = Monitor(0)
    private let state: LoopBound<RecorderState>

    /// Makes the folder where it is not there, and starts the thread.
    package init(
        _ settings: RecorderSettings, tell: @escaping @Sendable (RecordingNotice) -> Void
    ) throws(RecorderProblem) {
        do {
            try RecordingFile.makeFolder(settings.folder)
        } catch {
            throw .folder(RecordingFault(error))
        }
        do {
            loop = try EventLoop(name: "recorder", processor: nil)
        } catch {
            throw .thread(error)
        }
        let loop = loop
        let made = loop.perform {
            LoopBound(RecorderState(settings, loop, tell), loop: loop)
        }
        guard let made else { throw .thread(.stopped) }
        state = made
        perform { $0.start() }
    }

    /// Listens to a publication from now on.
    package func tap(_ publication: Publication) -> any PublicationTap {
        let number = numbers.change { number in
            number += 1
            return number
        }
        perform { $0.begin(publication, number: number) }
        return RecordingTap(self, publication: number)
    }

    /// Ends all recordings properly and waits for that; not from the recorder's own thread.
    package func close() {
        let (state, queue) = (state, queue)
        _ = loop.perform {
            state.value.drain(queue)
            state.value.close()
        }
        loop.stop()
        loop.join()
    }

    // MARK: - From the taps

    /// Takes a batch and leaves an empty one; false where the recorder has not kept up.
    func take(_ batch: inout PacketBatch) -> Bool {
        var taken = PacketBatch()
        swap(&taken, &batch)
        let (isTaken, isFirst, left) = queue.change { queue in
            let (isTaken, isFirst) = queue.exchange(&taken)
            return (isTaken, isFirst, taken)
        }
        batch = left
        if isFirst { perform { _ in } }
        return isTaken
    }

    /// - Parameter dropped: packets that did not get through since the last batch.
    func ended(_ publication: Int, dropped: Int, at now: Instant) {
        perform { $0.end(publication, dropped: dropped, at: now) }
    }

    /// Does something on the recorder's thread, after all batches that were taken before.
    private func perform(_ body: @escaping @Sendable (RecorderState) -> Void) {
        let (state, queue) = (state, queue)
        loop.submit {
            state.value.drain(queue)
            body(state.value)
        }
    }
}

/// Why a recorder could not be started.
package enum RecorderProblem: Error, Sendable, Equatable {
    case folder(RecordingFault)
    case thread(NetworkError)
}

/// What a recorder has on its own thread.
final class RecorderState {
    private let settings: RecorderSettings
    private let loop: EventLoop
    private let tell: @Sendable (RecordingNotice) -> Void
    /// In the order in which they began.
    private var shows: [ShowRecording] = []
    /// By the number of the publication.
    private var publications: [(number: Int, show: ShowRecording)] = []
    private var batches: [PacketBatch] = []
    private var timer: LoopTimer?

    init(
        _ settings: RecorderSettings, _ loop: EventLoop,
        _ tell: @escaping @Sendable (RecordingNotice) -> Void
    ) {
        self.settings = settings
        self.loop = loop
        self.tell = tell
    }

    func start() {
        timer = loop.timer { [unowned self] in run() }
        timer?.set(at: loop.now + Recorder.interval)
    }

    func begin(_ publication: Publication, number: Int) {
        var show = shows.first { $0.show == publication.show }
        if show == nil {
            let made = ShowRecording(publication.show, settings, tell)
            shows.append(made)
            show = made
        }
        guard let show else { return }
        publications.removeAll { $0.show === show }
        publications.append((number, show))
        show.begin(publication)
    }

    func end(_ publication: Int, dropped: Int, at now: Instant) {
        guard let place = publications.firstIndex(where: { $0.number == publication }) else {
            return
        }
        if dropped > 0 { publications[place].show.dropped(dropped) }
        publications[place].show.endPublication(at: now)
        publications.remove(at: place)
    }

    func drain(_ queue: Monitor<BatchQueue>) {
        queue.change { $0.takeAll(&batches) }
        for batch in batches {
            guard let show = publications.first(where: { $0.number == batch.publication })?.show
            else { continue }
            for entry in batch.entries {
                switch entry {
                case .packet(let packet, let range):
                    show.take(batch.bytes.span.extracting(range), packet)
                case .report(let report, let media, let layer, _):
                    show.take(report, media: media, layer: layer)
                case .dropped(let count): show.dropped(count)
                }
            }
        }
        queue.change { $0.giveBack(&batches) }
    }

    private func run() {
        let now = loop.now
        for show in shows { show.run(now: now) }
        shows.removeAll { $0.isOver }
        timer?.set(at: now + Recorder.interval)
    }

    func close() {
        timer?.cancel()
        timer = nil
        for show in shows {
            show.endPublication(at: loop.now)
            show.finish(now: loop.now)
        }
        shows = []
        publications = []
    }
}

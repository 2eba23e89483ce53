import Recordings
package import WebRTC

/// What a recorder is told before it starts.
package struct RecorderSettings: Sendable {
    /// Where recordings are put; made where it is not there.
    package var folder: String
    /// How long a show may be without a publisher before its recording is over.
    package var pause: Duration
    /// How long the start waits for reports of the sender's clocks, and for the first keyframe.
    package var patience: RecorderPatience
    /// How old what is said of a recording may get while it grows.
    package var documentAge: Duration
    /// The time of day, for the clock of recordings.
    package var wallClock: WallClockAnchor

    package init(
        folder: String, pause: Duration, patience: RecorderPatience, documentAge: Duration,
        wallClock: WallClockAnchor
    ) {
        self.folder = folder
        self.pause = pause
        self.patience = patience
        self.documentAge = documentAge
        self.wallClock = wallClock
    }
}

/// How long a recording waits for what it would rather have before it begins.
package struct RecorderPatience: Sendable, Equatable {
    /// For sender reports of all sources: until then sound and picture are aligned by arrival.
    package var reports: Duration
    /// For the first frame of a medium that was announced.
    package var media: Duration

    package init(reports: Duration, media: Duration) {
        self.reports = reports
        self.media = media
    }

    /// Senders report once a second or so; a camera that is off sends nothing at all.
    package static let standard = RecorderPatience(reports: .seconds(3), media: .seconds(5))
}

/// What a recorder tells whoever wants to know; from its own thread.
package enum RecordingNotice: Sendable, Equatable {
    case began(show: String, file: String)
    case complete(show: String, file: String, duration: Duration, bytes: Int64)
    /// Nothing more of this publication is recorded; the show goes on.
    case failed(show: String, file: String, RecordingFault)
    /// The file goes on, but what is said of it is old.
    case documentFailed(show: String, file: String, RecordingFault)
    /// MP4 has no place for this codec that players know.
    case notRecorded(show: String, codec: String)
    /// Packets were dropped, since the disk did not keep up.
    case dropped(show: String, packets: Int)
    /// The recording cannot go on without a keyframe; the publisher may be asked for one.
    case keyframeWanted(show: String)
}

/// What the system refused a recorder; the code is the number that errno had.
package enum RecordingFault: Error, Sendable, Equatable {
    /// There are more files of that name than are counted.
    case tooMany
    case create(code: Int32)
    case write(code: Int32)
    case sync(code: Int32)
    case replace(code: Int32)

    init(_ problem: RecordingProblem) {
        self =
            switch problem {
            case .exists: .tooMany
            case .system(.create, let code): .create(code: code)
            case .system(.write, let code): .write(code: code)
            case .system(.sync, let code): .sync(code: code)
            case .system(.replace, let code): .replace(code: code)
            }
    }
}

import Measures
import Primitives
import Sessions

/// How far a viewer's start has come, and when.
struct ViewerStart: Sendable {
    private var marks: SessionMarks?
    /// The first packet of any media, and of the picture.
    var packet: Instant?
    var picturePacket: Instant?
    /// The first whole keyframe.
    var keyframe: Instant?
    /// The first decoded picture.
    var picture: Instant?

    init() {}

    var setOut: Instant? { marks?.setOut }
    var connected: Instant? { marks?.connected }

    /// Whether there was anything to be seen, or heard where there is no picture.
    var hasSeen: Bool { picture != nil }

    mutating func take(_ marks: SessionMarks) { self.marks = marks }

    /// What the session's part of the start has taken, each from the same beginning.
    func tell(into measures: inout MeasureSet) {
        guard let marks, let setOut = marks.setOut else { return }
        let phases: [(Measure, Instant?)] = [
            (.startDNS, marks.resolved), (.startTCP, marks.reached), (.startTLS, marks.secured),
            (.startPOST, marks.answered), (.startICE, marks.selected),
            (.startDTLS, marks.connected),
        ]
        for (measure, instant) in phases {
            if let instant { measures.add(instant - setOut, to: measure) }
        }
    }
}

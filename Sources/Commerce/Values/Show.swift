package import Primitives

/// One live selling broadcast.
package struct Show: Sendable, Equatable {
    package let id: ShowID
    package var details: ShowDetails
    package var state: ShowState

    package init(id: ShowID, details: ShowDetails, state: ShowState = .scheduled) {
        self.id = id
        self.details = details
        self.state = state
    }
}

/// What is announced of a show.
package struct ShowDetails: Sendable, Equatable {
    package let title: String
    package let host: String?
    package let scheduledAt: WallClock?

    package init(title: String, host: String?, scheduledAt: WallClock?) throws {
        self.title = try PlainText.checked(title, field: "title", limitBytes: 500)
        self.host = try host.map { try PlainText.checked($0, field: "host", limitBytes: 200) }
        self.scheduledAt = scheduledAt
    }
}

/// Where a show is in its life. It goes forwards only.
package enum ShowState: Sendable, Equatable {
    case scheduled
    case live(since: WallClock)
    case ended(from: WallClock, to: WallClock)

    package var name: String {
        switch self {
        case .scheduled: "scheduled"
        case .live: "live"
        case .ended: "ended"
        }
    }

    package var isEnded: Bool { if case .ended = self { true } else { false } }
    package var isLive: Bool { if case .live = self { true } else { false } }
}

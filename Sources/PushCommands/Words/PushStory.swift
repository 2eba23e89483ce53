import CommandLineKit
import Media
import Primitives
import Publishing
import SessionCommands
import Signaling

/// What happens to a push, told in lines for a person.
struct PushStory {
    private let plan: PushPlan

    init(_ plan: PushPlan) {
        self.plan = plan
    }

    func lines(_ event: PushEvent, since elapsed: Duration, now: Instant) -> [String] {
        switch event {
        case .opened, .onAir: []
        case .planned(let renditions): renditions.lines(plan.needs)
        case .feed(let notice): line(notice).map { [$0] } ?? []
        case .destination(let place, let state):
            line(state, elapsed, now).map { ["\(label(place)): \($0)"] } ?? []
        case .notice(let place, let notice):
            line(notice).map { ["\(label(place)): \($0)"] } ?? []
        case .copyOverTarget(let place, let rate, let target):
            [
                "\(label(place)): the path carries \(Words.bitRate(target)), and the input has "
                    + "\(Words.bitRate(rate)); --bitrate would make it fit"
            ]
        }
    }

    private func label(_ place: Int) -> String {
        plan.targets.indices.contains(place) ? plan.targets[place].address.label : "destination"
    }

    // MARK: - Inputs

    private func line(_ notice: FeedNotice) -> String? {
        switch notice {
        case .began(let input, let round):
            guard plan.inputs.count > 1 || round > 1 else { return nil }
            return "input: \(name(input))" + (round > 1 ? ", round \(round)" : "")
        case .skipped(let input, let problem):
            let words = Failure(FeedFailure(input: input, problem: problem, hasBegun: false), plan)
            return "input: skipped: \(words.message)"
        case .encodes(let kind, let reasons):
            let words = Words.list(reasons.map { $0.words(isWebRTC: true) })
            return "\(kind.word): transcoding from here on: \(words)"
        case .clockJumped(let kind):
            return "\(kind.word): the input's clock was set anew; the show goes on without a gap"
        }
    }

    private func name(_ input: Int) -> String {
        plan.inputs.indices.contains(input) ? plan.inputs[input].label : "?"
    }

    // MARK: - Destinations

    private func line(
        _ state: DestinationState, _ elapsed: Duration, _ now: Instant
    ) -> String? {
        switch state {
        case .idle, .connecting, .ended: return nil
        case .live(let live):
            if live.stalledSince != nil { return "nothing is heard of it; looking for another way" }
            return live.isFallback ? nil : "live after \(Words.milliseconds(elapsed))"
        case .waiting(let until, let failure, let attempts):
            let words = failure.words(wasLive: false).message
            return "\(words); trying again in \(Words.seconds(max(until - now, .zero)))"
                + (attempts > 1 ? " (\(attempts) times so far)" : "")
        case .failed(let failure):
            // Of the only one the command's own error tells.
            guard plan.targets.count > 1 else { return nil }
            return "given up: \(failure.words(wasLive: false).message)"
        }
    }

    private func line(_ notice: DestinationNotice) -> String? {
        switch notice {
        case .reconnecting: nil
        case .switchedToFallback: "the fallback has the show now"
        case .switchedBack: "it has the show again; the fallback is let go"
        case .layersRefused(let taken):
            taken == 1 ? "it takes one layer only" : "it takes \(taken) layers only"
        case .dropped(let frames): "\(frames) frames found no room"
        case .session(let notice): notice.line(.whip)
        }
    }
}

import CommandLineKit
import Primitives
import Publishing
import WebRTC

/// The main job of whip-push.
enum PushCommand {
    static let root = Command.root(
        arguments: PushArguments.rows, groups: PushArguments.groups,
        exitStatuses: [
            .dataError, .noInput, .unavailable, .ioError, .tryAgain, .protocolError, .noPermission,
            .interrupted, .terminated,
        ]
    ) { invocation, console in
        LoadedPages.giveBack()
        let plan = try PushPlan(invocation)
        let now = console.clocks.monotonic()
        let anchor = WallClockAnchor(
            instant: now,
            nanosecondsSince1970: console.clocks.wall().millisecondsSince1970 * 1_000_000)
        let push = try Push(plan, wallClock: anchor, onNews: Interruption.wake)
        var watch = PushWatch(plan, console, hasStats: invocation[PushArguments.stats] != nil)
        return try watch.follow(push)
    }
}

import CommandLineKit
import Network
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
        let now = HostClock.read()
        let anchor = WallClockAnchor(
            instant: now.instant, nanosecondsSince1970: now.nanosecondsSince1970)
        let push = try Push(plan, wallClock: anchor, onNews: Interruption.wake)
        var watch = PushWatch(plan, console, hasStats: invocation[PushArguments.stats] != nil)
        return try watch.follow(push)
    }
}

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
        let plan = try PushPlan(invocation, bearer: try bearer(invocation))
        let now = HostClock.read()
        let anchor = WallClockAnchor(
            instant: now.instant, nanosecondsSince1970: now.nanosecondsSince1970)
        let push = try Push(plan, wallClock: anchor, onNews: Interruption.wake)
        var watch = PushWatch(plan, console, hasStats: invocation[PushArguments.stats] != nil)
        return try watch.follow(push)
    }

    private static let longestToken = 16_384

    private static func bearer(_ invocation: Invocation) throws -> String? {
        guard let path = invocation[PushArguments.tokenFile] else {
            return invocation.environment["LC_TOKEN"]
        }
        let bytes = try InputFile(path).readAll(limit: longestToken)
        let text = String(decoding: bytes, as: UTF8.self)
        let token = text.split(whereSeparator: \.isWhitespace).first.map(String.init)
        guard let token, text.split(whereSeparator: \.isWhitespace).count == 1 else {
            throw Failure(
                .dataError, "token.malformed", "'\(path)' does not hold one token and nothing else")
        }
        return token
    }
}

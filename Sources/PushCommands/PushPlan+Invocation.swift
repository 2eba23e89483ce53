import CommandLineKit
import Media
import Publishing
import SessionCommands
import WebRTC

extension PushPlan {
    /// What a command line asks for, checked as far as it can be without opening anything.
    init(_ invocation: Invocation) throws {
        let words = [invocation[PushArguments.input]] + invocation[PushArguments.then]
        let inputs = try words.flatMap(Self.listed).map(Self.address)
        let isEndless = inputs.contains { if case .pattern = $0 { true } else { false } }
        if inputs.count > 1, isEndless {
            throw Failure(
                .usage, "usage.pattern-in-list", "'test:' never ends, so it cannot be in a list")
        }
        if invocation[PushArguments.loop], inputs.contains(.standardInput) {
            throw Failure(
                .usage, "usage.loop-input", "'-' can be read once only: --loop cannot work",
                hint: "name a file instead")
        }
        let access = try PushArguments.session.access(invocation)
        self.init(
            inputs: inputs, loops: invocation[PushArguments.loop],
            start: invocation[PushArguments.start], duration: invocation[PushArguments.duration],
            pacing: invocation[PushArguments.live] ? .asItComes : .automatic,
            inputTimeout: invocation[PushArguments.inputTimeout],
            wish: try RenditionWish(invocation, inputs[0]), targets: Self.targets(invocation),
            network: PushNetwork(
                bearer: access.bearer, servers: access.servers, relayOnly: access.relayOnly,
                isStrict: access.isStrict, authorityPath: access.authorityPath,
                verifiesPeer: access.verifiesPeer,
                userAgent: "whip-push/\(Version.text)",
                reconnects: invocation[PushArguments.reconnect]))
        guard targets.count <= Limits.destinations else {
            throw Failure(
                .usage, "usage.too-many-urls",
                "\(targets.count) URLs, and at most \(Limits.destinations) are possible")
        }
    }

    private static func targets(_ invocation: Invocation) -> [PlannedDestination] {
        let fallback = invocation[PushArguments.fallback]
        return invocation[PushArguments.targets].enumerated().map { place, address in
            PlannedDestination(address: address, fallback: place == 0 ? fallback : nil)
        }
    }

    /// The inputs that a word names: itself, or those of a list.
    private static func listed(_ word: String) throws -> [String] {
        guard PlaylistFile.isOne(word) else { return [word] }
        let bytes = try InputFile(word).readAll(limit: PlaylistFile.Limits.bytes)
        let entries: [String]
        do throws(PlaylistFile.Problem) {
            entries = try PlaylistFile.entries(String(decoding: bytes, as: UTF8.self), at: word)
        } catch {
            throw Failure(error, path: word)
        }
        // Whoever made the list must not be the one who turns on the camera.
        for entry in entries {
            if case .device = try address(entry) { throw Failure(device: entry, inList: word) }
        }
        return entries
    }

    private static func address(_ word: String) throws -> InputAddress {
        do throws(InputAddressProblem) {
            return try InputAddress(parsing: word)
        } catch {
            throw Failure(error, word: word)
        }
    }
}

extension RenditionWish {
    init(_ invocation: Invocation, _ input: InputAddress) throws {
        self.init()
        takesVideo = invocation[PushArguments.video]
        takesAudio = invocation[PushArguments.audio]
        if invocation[PushArguments.copy] { copyRule = .always }
        if invocation[PushArguments.encode] { copyRule = .never }
        videoCodec = invocation[PushArguments.videoCodec]?.codec
        videoBitRate = invocation[PushArguments.bitRate].map { Int($0) }
        size = invocation[PushArguments.size]
        frameRate = invocation[PushArguments.frameRate]
        keyframeInterval = invocation[PushArguments.gop]
        if keyframeInterval == nil, case .pattern(let pattern) = input {
            keyframeInterval = pattern.keyframeInterval.map { pattern.rate.time(of: Int64($0)) }
        }
        profile = invocation[PushArguments.profile]
        stamp = invocation[PushArguments.stamp]
        audioBitRate = invocation[PushArguments.audioBitRate].map { Int($0) }
        layers = invocation[PushArguments.layers].sorted {
            $0.size.width * $0.size.height > $1.size.width * $1.size.height
        }
        guard layers.count <= DestinationOffer.maximumLayers else {
            throw Failure(
                .usage, "usage.too-many-layers",
                "\(layers.count) layers, and at most \(DestinationOffer.maximumLayers) are possible"
            )
        }
        guard takesVideo || takesAudio else {
            throw Failure(
                .usage, "usage.nothing-to-send", "--no-video and --no-audio leave nothing to send")
        }
    }
}

import CommandLineKit
import Probing
import SessionCommands

extension ProbePlan {
    /// What a command line asks for, checked as far as it can be without asking anybody.
    init(_ invocation: Invocation) throws {
        let viewers = Int(invocation[ProbeArguments.viewers])
        // Whoever asks for no decoding at all has said so; one viewer decodes.
        let decoders = Int(invocation[ProbeArguments.decode])
        if viewers == 1, invocation.has(ProbeArguments.ramp) {
            throw Failure(
                .usage, "usage.ramp", "--ramp says how fast --viewers set out, and there is one",
                hint: "add --viewers 100, say")
        }
        if decoders > viewers {
            throw Failure(
                .usage, "usage.decode",
                "\(decoders) viewers cannot decode where --viewers is \(viewers)")
        }
        let wishes = ProbeWishes(invocation)
        if decoders == 0, let option = ProbeWishes.given(invocation).first {
            throw Failure(
                .usage, "usage.nobody-decodes",
                "\(option) is of a viewer that decodes, and --decode 0 leaves none")
        }
        self.init(
            endpoint: invocation[ProbeArguments.endpoint],
            network: ProbeNetwork(try ProbeArguments.session.access(invocation)),
            duration: invocation[ProbeArguments.duration].time,
            patience: invocation[ProbeArguments.wait], viewers: viewers,
            ramp: invocation[ProbeArguments.ramp], decoders: decoders,
            impairment: invocation[ProbeArguments.impair],
            clock: invocation[ProbeArguments.clockSource], wishes: wishes)
    }
}

extension HLSPlan {
    init(_ invocation: Invocation) throws {
        self.init(
            endpoint: invocation[ProbeArguments.playlist],
            network: ProbeNetwork(try ProbeArguments.session.access(invocation)),
            duration: invocation[ProbeArguments.duration].time,
            patience: invocation[ProbeArguments.wait],
            clock: invocation[ProbeArguments.clockSource], wishes: ProbeWishes(invocation))
    }
}

extension WatchLength {
    var time: Duration? {
        switch self {
        case .time(let time): time
        case .untilStopped: nil
        }
    }
}

extension ProbeNetwork {
    init(_ access: SessionAccess) {
        self.init(
            bearer: access.bearer, servers: access.servers, relayOnly: access.relayOnly,
            isStrict: access.isStrict, authorityPath: access.authorityPath,
            verifiesPeer: access.verifiesPeer, userAgent: "whep-probe/\(Version.text)")
    }
}

extension ProbeWishes {
    init(_ invocation: Invocation) {
        self.init()
        samples = invocation.has(ProbeArguments.samples)
        capture = invocation.has(ProbeArguments.capture)
        snapshot = invocation.has(ProbeArguments.snapshot)
    }

    /// The options that want something of a viewer who decodes.
    static func given(_ invocation: Invocation) -> [String] {
        [ProbeArguments.samples, ProbeArguments.capture, ProbeArguments.snapshot]
            .filter { invocation.has($0) }.map(\.row.spelling)
    }
}

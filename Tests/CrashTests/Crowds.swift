import CrowdSupport
import Glibc
import Primitives
import Stores
import TestSupport

/// Crowds as processes, of which a test kills any at any time. What they were told is kept.
final class Crowds {
    private let store: String
    private let plan: (_ number: Int) -> CrowdPlan
    private let program: [String]
    private let environment: [String: String]
    private var running: [RunningProcess] = []
    private var ended: [RunningProcess] = []
    private var random: SeededRandom
    private(set) var kills = 0

    /// `program` is what stands before the program's own name, such as what changes its clock.
    init(
        _ count: Int, on store: String, seed: UInt64, under program: [String] = [],
        environment: [String: String] = [:], plan: @escaping (_ number: Int) -> CrowdPlan
    ) throws {
        self.store = store
        self.plan = plan
        self.program = program
        self.environment = ["PATH": "/usr/sbin:/usr/bin:/bin"].merging(environment) { $1 }
        random = SeededRandom(seed: seed)
        for _ in 0..<count { try start() }
    }

    convenience init(
        _ count: Int, on store: String, _ shop: CrashShop, hold seconds: Int,
        named prefix: String = "r", under program: [String] = []
    ) throws {
        try self.init(count, on: store, seed: CrashRuns.seed, under: program) { number in
            var plan = shop.plan(
                seed: CrashRuns.seed &+ UInt64(number), name: "\(prefix)\(number)")
            plan.holdTime = .seconds(seconds)
            // They leave the servers and the test some of the machine.
            plan.pause = 30
            return plan
        }
    }

    private func start() throws {
        let words = program + [Programs.helper("crowd-buyer")]
        let plan = plan(running.count + ended.count)
        var environment = environment
        environment[CrowdProgram.variable] = ([store] + plan.arguments).joined(separator: " ")
        running.append(
            try RunningProcess(words[0], Array(words.dropFirst()), environment: environment))
    }

    /// Kills one of them when they have been told so much more, and puts another in its place.
    func killOne(after lines: Int) throws {
        try waitForMore(lines)
        let victim = running.remove(at: Int.random(in: 0..<running.count, using: &random))
        victim.signal(SIGKILL)
        _ = try victim.finish()
        kills += 1
        ended.append(victim)
        try start()
    }

    func randomLines(upTo limit: Int) -> Int { Int.random(in: 1...limit, using: &random) }

    /// Waits until they have been told so much more, in lines of the usual length.
    func waitForMore(_ lines: Int, within limit: Duration = .seconds(60)) throws {
        let goal = size + lines * 100
        try eventually("the crowds are told more", within: limit) {
            if let gone = running.first(where: { $0.poll() != nil }) {
                throw ProcessFailure(words: "a crowd has ended: \(gone.words)")
            }
            return size >= goal
        }
    }

    /// Waits until each has tried something more, whatever comes of it.
    func waitForAsks() throws {
        let sizes = running.map(\.outputSize)
        try eventually("all ask for something") {
            zip(running, sizes).allSatisfy { $0.outputSize > $1 }
        }
    }

    private var size: Int { (running + ended).map(\.outputSize).reduce(0, +) }

    /// What each of them was told last.
    private var latest: [[Told]] {
        running.map { crowd in
            Told.lines(crowd.outputEnd(bytes: 2000)).filter { $0.outcome != .asked }
        }
    }

    /// Waits until what each was told last is so.
    func expectAll(_ what: String, _ isSo: ([Told]) throws -> Bool) throws {
        do {
            try eventually("all \(what)") { try latest.allSatisfy(isSo) }
        } catch {
            throw ProcessFailure(words: "\(error) \(latest.map { $0.last?.text ?? "" })")
        }
    }

    /// Nothing moves.
    func expectFrozen() throws {
        try expectAll("are told that the catalogue is frozen") { told in
            if case .undone(let reason) = told.last?.outcome {
                reason.hasPrefix("frozen")
            } else {
                false
            }
        }
    }

    /// Nothing is thawed by itself. On a machine that is slow enough a primary may be thought gone
    /// more than once.
    func expectGoing(afterThawing store: any ShopStore) throws {
        try expectAll("go on") { told in
            if case .undone(let reason) = told.last?.outcome, reason.hasPrefix("frozen") {
                // One that was thawed already changes too fast to be looked at.
                do { try thaw(store) } catch StoreError.busy {}
                return false
            }
            return Self.isGoing(told)
        }
    }

    /// They get what they ask for again.
    func expectGoing() throws {
        try expectAll("go on", Self.isGoing)
    }

    private static func isGoing(_ told: [Told]) -> Bool {
        !told.isEmpty
            && told.allSatisfy { line in
                switch line.outcome {
                case .undone, .unknown: false
                default: true
                }
            }
    }

    /// Everything that any of them asked or was told so far.
    var told: [Told] { (ended + running).flatMap { Told.lines($0.output) } }

    /// Lets them end what they are at; everything they were told.
    func finish() throws -> [Told] {
        for crowd in running { crowd.closeInput() }
        for crowd in running {
            let run = try crowd.finish()
            guard run.status == 0 else {
                throw ProcessFailure(words: "a crowd has ended: \(crowd.words)")
            }
        }
        ended += running
        running = []
        return told
    }

    deinit {
        for crowd in running { crowd.signal(SIGKILL) }
    }
}

extension RunningProcess {
    /// The end of what it has said.
    var words: String { "\(output.suffix(1000)) \(talk.suffix(2000))" }
}

import Commerce
import CrowdSupport
import Glibc
import Primitives
import Stores
import TestSupport
import Testing

extension CrashTests {
    /// The tool itself is killed: in bulk, and verb by verb.
    @Suite struct CommandCrashTests {
        private let folder = ScratchFolder()
        private let shop: CrashShop

        init() throws {
            shop = try CrashShop()
        }

        private func start(_ words: [String], on address: String) throws -> RunningProcess {
            try RunningProcess(
                Programs.path("lcctl"), words + ["--store", address],
                environment: ["HOME": folder.path, "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"])
        }

        @Test func `lcctl is killed on a store in a file`() throws {
            let path = folder.path("store.db")
            let store = try SQLiteStore(
                creatingAt: path, at: CrowdProgram.now(),
                options: .init(patience: .seconds(30), isInterrupted: { false }))
            try expectToldIsKept(by: store, at: path)
        }

        @Test(.enabled(if: RedisPrograms.areThere))
        func `lcctl is killed on a store in Redis`() throws {
            let server = try RedisServer(["appendonly yes", "appendfsync always"])
            let address = "redis://127.0.0.1:\(server.port)"
            try expectToldIsKept(by: CrowdProgram.open(address), at: address)
        }

        private func expectToldIsKept(by store: any ShopStore, at address: String) throws {
            try shop.stock(store)
            var random = SeededRandom(seed: CrashRuns.seed)
            var told: [Told] = []
            for number in 0..<(12 * CrashRuns.size) {
                let (lines, requests) = bulk(number, &random)
                let file = folder.write(lines, to: "bulk\(number)")
                let run = try start(["reserve", "-f", file], on: address)
                let size = Int.random(in: 0..<80_000, using: &random)
                try eventually("so much is told") { run.poll() != nil || run.outputSize >= size }
                run.signal(SIGKILL)
                told += try answers(run.output, to: requests)
            }
            told += try confirmOneByOne(told, on: address, &random)
            let audit = try CrowdAudit(store, told: told, kept: .all)
            #expect(audit.problems.isEmpty, "\(audit.problems.prefix(20))")
            #expect(audit.open > 500 && audit.confirmed > 100, "\(audit.open) \(audit.confirmed)")
            let check = try start(["stock", "audit"], on: address).finish()
            #expect(check.status == 0, "\(check.output)\(check.talk)")
        }

        private typealias Asked = (verb: Told.Verb, id: String)

        /// A file of requests, and what they are about.
        private func bulk(
            _ number: Int, _ random: inout SeededRandom
        ) -> (lines: String, requests: [Asked]) {
            var lines = ""
            var requests: [Asked] = []
            for line in 0..<1000 {
                let id = "rsv_b\(number)-\(line)"
                let sku = Bool.random(using: &random) ? shop.hot[line % 2] : shop.deep[0]
                lines += #"{"sku": "\#(sku)", "buyer": "b\#(line)", "id": "\#(id)"}"# + "\n"
                requests.append((.reserve, id))
                guard line % 4 == 0 else { continue }
                let verb: Told.Verb = line % 12 == 0 ? .release : .confirm
                lines += #"{"\#(verb.rawValue)": "\#(id)"}"# + "\n"
                requests.append((verb, id))
            }
            return (lines, requests)
        }

        /// Whole lines of answers, in the order of the requests. All that was in the file may have
        /// been asked.
        private func answers(_ output: String, to requests: [Asked]) throws -> [Told] {
            var told = requests.map {
                Told(asked: 0, answered: 0, verb: $0.verb, id: $0.id, outcome: .asked)
            }
            guard let end = output.lastIndex(of: "\n") else { return told }
            for (line, request) in zip(output[..<end].split(separator: "\n"), requests) {
                let answer = try JSON(parsing: String(line))
                guard let state = answer["state"]?.stringValue else { continue }
                let outcome = try #require(Reservation.State(rawValue: state))
                #expect(answer["reservation"]?.stringValue == request.id)
                told.append(
                    Told(
                        asked: 0, answered: 0, verb: request.verb, id: request.id,
                        outcome: .state(outcome)))
            }
            return told
        }

        /// Each by a process that is killed from before its start to after its end.
        private func confirmOneByOne(
            _ told: [Told], on address: String, _ random: inout SeededRandom
        ) throws -> [Told] {
            let held = told.filter { $0.verb == .reserve && $0.outcome == .state(.held) }
            var sales: [Told] = []
            for hold in held.shuffled(using: &random).prefix(40 * CrashRuns.size) {
                let run = try start(["confirm", hold.id], on: address)
                usleep(UInt32.random(in: 0...40_000, using: &random))
                run.signal(SIGKILL)
                let isTold = try run.finish().output.contains("\(hold.id) confirmed")
                sales.append(
                    Told(
                        asked: 0, answered: 0, verb: .confirm, id: hold.id,
                        outcome: isTold ? .state(.confirmed) : .asked))
            }
            return sales
        }
    }
}

import Glibc
import Primitives
import TestSupport
import Testing

/// `lcctl reserve -f`: a line in, a line out.
@Suite struct ReserveLinesTests {
    private let bench = Bench()

    private func answers(_ run: ProcessRun) throws -> [JSON] {
        try run.output.split(separator: "\n").map { try JSON(parsing: String($0)) }
    }

    @Test func `each line is answered in order, and a bad one stops nobody`() throws {
        try bench.lcctl("sku", "add", "A", "--title", "A", "--price", "2", "--stock", "4")
        let input = """
            {"sku":"A","quantity":2,"id":"rsv_1"}

            rubbish
            {"sku":"A"}
            {"confirm":"rsv_1"}
            {"sku":"A","ttl":"2x"}
            {"extend":"rsv_1","ttl":"3m"}
            {"lines":[{"sku":"A"},{"sku":"NONE"}]}
            {"sku":"A","quantity":9}
            {"sku":"A","colour":"red"}
            {"sku":"A","key":"k","id":"rsv_k"}
            {"id":"rsv_k","sku":"A","key":"k"}
            {"sku":"A","key":"k","quantity":2}
            {"release":"rsv_1"}
            """
        let run = try bench.lcctl("reserve", "-f", "-", "--buyer", "ann", input: input)
        #expect(run.status == 1)
        let answers = try answers(run)
        #expect(answers.map { $0["line"]?.integerValue } == [1] + (3...14).map(Int64.init))
        let told = answers.map { $0["state"]?.stringValue ?? $0["code"]?.stringValue ?? "" }
        #expect(
            told == [
                "held", "json.malformed", "held", "confirmed", "field.bad-form", "confirmed",
                "sku.not-found", "stock.sold-out", "field.unknown", "held", "held",
                "idempotency.key-reused", "reservation.confirmed",
            ])
        #expect(try bench.lcctl("stock", "audit").status == 0)
    }

    @Test func `a slow pipe gets each answer at once`() throws {
        try bench.lcctl("sku", "add", "A", "--title", "A", "--price", "2", "--stock", "4")
        let run = try bench.shell(
            """
            mkfifo in out
            lcctl reserve -f - --buyer ann <in >out & pid=$!
            exec 3>in 4<out
            echo '{"sku":"A","id":"rsv_1"}' >&3
            read -r first <&4
            echo '{"confirm":"rsv_1"}' >&3
            read -r second <&4
            exec 3>&-
            wait $pid
            echo "$first"; echo "$second"
            """)
        let states = try answers(run).map { $0["state"]?.stringValue }
        #expect(states == ["held", "confirmed"])
    }

    @Test func `a long file is answered whole, and twice makes nothing twice`() throws {
        try bench.lcctl("sku", "add", "A", "--title", "A", "--price", "2", "--stock", "1000")
        let lines = (0..<1500).map { #"{"sku":"A","id":"rsv_\#($0)"}"# }
        bench.folder.write(lines.joined(separator: "\n"), to: "lines.jsonl")
        for _ in 0..<2 {
            let run = try bench.lcctl("reserve", "-f", "lines.jsonl", "--buyer", "ann")
            #expect(run.status == 1)
            let answers = try answers(run)
            #expect(answers.count == 1500)
            #expect(answers.count { $0["state"] == "held" } == 1000)
        }
        #expect(try bench.lcctl("stock", "audit").output.contains("0 available + 1,000 held"))
    }

    @Test func `what was answered is there although the rest was killed`() throws {
        try bench.lcctl("sku", "add", "A", "--title", "A", "--price", "2", "--stock", "100000")
        let lines = (0..<30_000).map { #"{"sku":"A","id":"rsv_\#($0)"}"# }
        bench.folder.write(lines.joined(separator: "\n"), to: "lines.jsonl")
        let process = try bench.start(["reserve", "-f", "lines.jsonl", "--buyer", "ann"])
        try eventually("some are answered") { process.output.utf8.count > 100_000 }
        process.signal(SIGKILL)
        let run = try process.finish()
        let answered = run.output.split(separator: "\n", omittingEmptySubsequences: false)
            .dropLast()
        let held = try bench.lcctl("reservation", "list", "-o", "name").output
        let names = Set(held.split(separator: "\n").map(String.init))
        for line in answered {
            let id = try JSON(parsing: String(line))["reservation"]?.stringValue ?? ""
            #expect(names.contains(id))
        }
        #expect(try bench.lcctl("stock", "audit").status == 0)
    }

    @Test func `a storm leaves nothing behind but its verdict`() throws {
        let run = try bench.lcctl(
            "drill", "storm", "--buyers", "300", "--stock", "30", "--speed", "60", "--rush", "20s",
            "--seed", "5", "--waitlist", "30%", "-o", "json")
        #expect(run.status == 0, "\(run.output)\(run.talk)")
        let report = try JSON(parsing: run.output)
        #expect(report["verdict"] == "pass")
        #expect(report["oversold_units"] == 0)
        #expect(report["settings"]?["seed"] == 5)
        #expect(try bench.lcctl("catalogue", "list", "-o", "name").output == "default\n")
        #expect(try bench.lcctl("reservation", "list").output == "")
    }

    @Test func `a storm in a real catalogue is meant, or not run`() throws {
        try bench.lcctl("sku", "add", "A", "--title", "A", "--price", "2", "--stock", "3")
        let storm = [
            "-c", "default", "drill", "storm", "--sku", "A", "--buyers", "20", "--speed", "60",
            "--rush", "5s",
        ]
        #expect(try bench.lcctl(storm).status == 64)
        #expect(try bench.lcctl(storm + ["--yes"]).status == 0)
        #expect(try bench.lcctl("reservation", "list").output == "")
        #expect(try bench.lcctl("stock", "audit").status == 0)
    }
}

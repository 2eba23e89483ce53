import Glibc
import Primitives
import TestSupport
import Testing

/// The program as a user meets it.
@Suite struct LCCtlTests {
    private let bench = Bench()

    private func json(_ run: ProcessRun) throws -> JSON {
        try JSON(parsing: run.output)
    }

    @Test func `a show from the first SKU to the last event`() throws {
        let run = try bench.shell(
            """
            lcctl sku add TEE-RED --title 'Red tee' --price 19.99 --stock 5 >/dev/null
            lcctl sku add TEE-BLUE --title 'Blue tee' --price 19.99 >/dev/null
            show=$(lcctl show create --title 'Friday drop')
            lcctl rail add "$show" TEE-RED TEE-BLUE
            lcctl show start "$show"
            lcctl pin TEE-RED
            lcctl flash open TEE-RED --price 14.99 --for 60s --limit 3 -o json
            lcctl sku stock adjust TEE-RED -2
            lcctl flash close TEE-RED
            lcctl unpin
            lcctl show end "$show"
            lcctl show events "$show" | wc -l
            lcctl store check
            """)
        #expect(run.talk == "")
        #expect(run.status == 0)
        let lines = run.output.split(separator: "\n")
        #expect(lines[0].hasSuffix(" configured"))
        #expect(lines.contains("sku/TEE-RED pinned"))
        #expect(lines.contains("sku/TEE-RED configured: 3 on hand"))
        #expect(lines.suffix(2) == ["9", "sound: 12 events replayed"])
    }

    @Test func `events of a show have no gaps and name what happened`() throws {
        try bench.lcctl("sku", "add", "A", "--title", "A", "--price", "2")
        try bench.lcctl("show", "create", "--id", "shw_1", "--title", "S")
        try bench.lcctl("rail", "add", "shw_1", "A")
        try bench.lcctl("sku", "stock", "set", "A", "7")
        try bench.lcctl("sku", "set", "A", "--price", "3")
        let run = try bench.lcctl("show", "events", "shw_1")
        let events = try run.output.split(separator: "\n").map { try JSON(parsing: String($0)) }
        #expect(events.map { $0["sequence"]?.stringValue } == ["1", "2", "3", "4", "5"])
        #expect(
            events.map { $0["type"]?.stringValue } == [
                "show-created", "rail-changed", "stock-update", "back-in-stock", "sku-changed",
            ])
        let since = try bench.lcctl("show", "events", "shw_1", "--since", "4")
        #expect(since.output.split(separator: "\n").count == 1)
    }

    @Test func `following tells what comes, and an interrupt ends it`() throws {
        try bench.lcctl("show", "create", "--id", "shw_1", "--title", "S")
        let tail = try bench.start(["show", "events", "shw_1", "--follow", "--since", "1"])
        try bench.lcctl("show", "start", "shw_1")
        try eventually("the start is told") { tail.output.contains("show-started") }
        try bench.lcctl("show", "end", "shw_1")
        try eventually("the end is told") { tail.output.contains("show-ended") }
        tail.signal(SIGINT)
        #expect(try tail.finish().ending == .exited(130))
        let other = try bench.start(["show", "events", "shw_1", "--follow"])
        try eventually("it has begun") { other.output.contains("show-ended") }
        other.signal(SIGTERM)
        #expect(try other.finish().ending == .exited(143))
    }

    @Test func `the same key is answered the same, and once only counts`() throws {
        try bench.lcctl("sku", "add", "A", "--title", "A", "--price", "2", "--stock", "9")
        let adjust = ["sku", "stock", "adjust", "A", "-3", "--idempotency-key", "k1"]
        let first = try bench.lcctl(adjust + ["-o", "json"])
        let again = try bench.lcctl(adjust + ["-o", "json"])
        #expect(first.output == again.output)
        #expect(try json(first)["on_hand"] == 6)
        #expect(again.talk.contains("'k1'"))
        let other = try bench.lcctl(
            "sku", "stock", "adjust", "A", "-4", "--idempotency-key", "k1")
        #expect(other.status == 4)
        #expect(try json(bench.lcctl("sku", "get", "A", "-o", "json"))["on_hand"] == 6)
    }

    @Test func `a show's id comes back with its key although it was drawn at random`() throws {
        let create = ["show", "create", "--title", "S", "--idempotency-key", "k"]
        let (first, again) = (try bench.lcctl(create), try bench.lcctl(create))
        #expect(first.output == again.output)
        #expect(first.output.hasPrefix("shw_"))
        #expect(try bench.lcctl("show", "list", "-o", "name").output == first.output)
    }

    @Test func `what is destroyed is confirmed first`() throws {
        try bench.lcctl("sku", "add", "A", "--title", "A", "--price", "2")
        let refused = try bench.lcctl("sku", "remove", "A")
        #expect(refused.status == 64)
        #expect(refused.talk.contains("--yes"))
        #expect(try bench.lcctl("sku", "remove", "A", "--yes").output == "sku/A removed\n")
        #expect(try bench.lcctl("sku", "get", "A").status == 3)
    }

    @Test func `on a terminal it asks, and takes no for an answer`() throws {
        try bench.lcctl("sku", "add", "A", "--title", "A", "--price", "2")
        func asked(_ answer: String) throws -> ProcessRun {
            try bench.shell(
                "script -qec 'lcctl sku remove A --color never' typescript <<<\(answer)")
        }
        let refused = try asked("n")
        #expect(refused.output.contains("remove SKU 'A'? [y/N] lcctl: error: nothing was changed"))
        #expect(refused.status == 1)
        #expect(try asked("y").output.contains("sku/A removed"))
    }

    @Test func `on a terminal a table fits it and stands out, in a pipe it is TSV`() throws {
        try bench.lcctl("sku", "add", "A", "--title", "A title that is rather long", "--price", "2")
        let run = try bench.shell("script -qec 'stty cols 40; lcctl sku list' typescript")
        let lines = run.output.split(whereSeparator: \.isNewline)
        #expect(lines.first?.hasPrefix("\u{1B}[1mSKU") == true)
        #expect(lines.dropFirst().first?.contains("…") == true)
        let plain = try bench.shell("NO_COLOR=1 script -qec 'lcctl sku list' typescript")
        #expect(plain.output.hasPrefix("SKU"))
        #expect(try bench.lcctl("sku", "list").output.hasPrefix("sku\ttitle\t"))
    }

    @Test func `output into a closed pipe is no failure`() throws {
        var rows = "sku,title,price\n"
        for number in 0..<20_000 { rows += "S-\(number),Title,1\n" }
        bench.folder.write(rows, to: "many.csv")
        try bench.lcctl("sku", "import", "many.csv")
        let run = try bench.shell("lcctl sku list | head -n 2")
        #expect(
            run.output
                == "sku\ttitle\tprice\tcurrency\ton_hand\tavailable\theld\tconfirmed\tfamily\n"
                + "S-0\tTitle\t1.00\tUSD\t0\t0\t0\t0\t\n")
        #expect(run.status == 0)
        #expect(run.talk == "")
    }

    @Test func `a full disk is said, and nothing is claimed`() throws {
        try bench.lcctl("sku", "add", "A", "--title", "A", "--price", "2")
        let full = unsafe open("/dev/full", O_WRONLY | O_CLOEXEC)
        defer { close(full) }
        let process = try RunningProcess(
            Programs.path("lcctl"), ["sku", "get", "A"], environment: bench.environment,
            output: full)
        let run = try process.finish()
        #expect(run.status == 74)
        #expect(run.talk.contains("No space left"))
    }

    @Test func `a strange file is not taken for a store, and stays as it is`() throws {
        bench.folder.write("this is not a database, but it is long enough", to: "notes.txt")
        let notes = try bench.lcctl("--store", "notes.txt", "sku", "list")
        #expect(notes.status == 65)
        #expect(bench.folder.read("notes.txt").hasPrefix("this is not"))
        _ = try bench.shell("sqlite3 other.db 'CREATE TABLE t(x); PRAGMA user_version = 1'")
        let other = try bench.lcctl("--store", "other.db", "sku", "list")
        #expect(other.status == 65)
        #expect(try bench.shell("sqlite3 other.db .tables").output == "t\n")
    }

    @Test func `a store of a later version is refused`() throws {
        try bench.lcctl("sku", "list")
        _ = try bench.shell("sqlite3 store.db 'PRAGMA user_version = 99'")
        let run = try bench.lcctl("sku", "list")
        #expect(run.status == 78)
        #expect(run.talk.contains("schema 99"))
    }

    @Test func `a backup is a store of its own`() throws {
        try bench.lcctl("sku", "add", "A", "--title", "A", "--price", "2")
        #expect(try bench.lcctl("store", "backup", "copy.db").status == 0)
        #expect(try bench.lcctl("--store", "copy.db", "sku", "list", "-o", "name").output == "A\n")
        #expect(try bench.lcctl("store", "backup", "copy.db").status == 73)
        #expect(try bench.lcctl("store", "backup", "copy.db", "--force").status == 0)
        #expect(try bench.shell("ls").output == "copy.db\nstore.db\nstore.db-sync\n")
    }

    @Test func `check finds a table that does not agree with the log`() throws {
        try bench.lcctl("sku", "add", "A", "--title", "A", "--price", "2", "--stock", "5")
        #expect(try bench.lcctl("store", "check").status == 0)
        _ = try bench.shell("sqlite3 store.db 'UPDATE sku SET on_hand = 6'")
        let changed = try bench.lcctl("store", "check", "-o", "json")
        #expect(changed.status == 1)
        #expect(try json(changed)["sound"] == false)
        _ = try bench.shell(
            "sqlite3 store.db 'UPDATE sku SET on_hand = 5; DELETE FROM event "
                + "WHERE sequence = 1'")
        #expect(try bench.lcctl("store", "check").output.contains("does not replay"))
    }

    @Test func `settings come from option, environment, context and default, in this order`() throws
    {
        for name in ["one", "two", "three"] {
            try bench.lcctl("catalogue", "create", name, "--brand", "B", "--currency", "EUR")
        }
        _ = try bench.shell("mkdir -p .config/lcctl")
        bench.folder.write(
            #"{"schema":"lc.config/1","context":"x","contexts":{"x":{"catalogue":"one"}}}"#,
            to: ".config/lcctl/config.json")
        func origin(_ arguments: [String], _ variables: [String: String] = [:]) throws -> String {
            try bench.lcctl(
                arguments + ["config", "explain", "catalogue", "--no-header"], variables: variables
            ).output
        }
        #expect(try origin([]).hasPrefix("catalogue\tone\tcontext 'x' of "))
        let environment = ["LC_CATALOGUE": "two"]
        #expect(try origin([], environment) == "catalogue\ttwo\tenvironment LC_CATALOGUE\n")
        #expect(
            try origin(["-c", "three"], environment)
                == "catalogue\tthree\toption --catalogue\n")
        #expect(try bench.lcctl("--context", "nope", "sku", "list").status == 78)
    }

    @Test func `two processes make the store at once, and both succeed`() throws {
        for round in 0..<10 {
            let store = ["LC_STORE": bench.folder.path("new-\(round)/deep/store.db")]
            let processes = try (0..<4).map { number in
                try bench.start(
                    ["sku", "add", "S-\(number)", "--title", "T", "--price", "1"], variables: store)
            }
            for process in processes {
                let run = try process.finish()
                #expect(run.status == 0, "\(run.talk)")
            }
            let check = try bench.lcctl("store", "check", variables: store)
            #expect(check.output == "sound: 5 events replayed\n")
        }
    }
}

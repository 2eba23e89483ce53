import Primitives
import TestSupport
import Testing

/// Every document that `lcctl` prints or reads fits its schema, and every schema is of one.
@Suite struct SchemaTests {
    private let bench = Bench()
    private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        .dropLast(3).joined(separator: "/")

    private static let commands = [
        "catalogue create acme --brand Acme --currency EUR", "catalogue list",
        "catalogue set acme --brand Acme2", "catalogue delete acme --yes",
        "sku add A --title A --price 9.99 --compare-at-price 12 --stock 5 --family f -a size=M "
            + "--image-url https://a/b --page-url https://a/c --barcode 401",
        "sku add B --title B --price 5", "sku get A", "sku list", "sku set A --price 9",
        "sku stock set A 4", "sku stock adjust A -1", "show create --title S --id shw_1",
        "show create --title Later --id shw_2 --host Ann --at 2030-01-01T00:00:00Z",
        "rail add shw_1 A B --price 4.50", "rail move shw_1 B --place 1", "show start shw_1",
        "pin A", "pin A", "flash open A --price 3 --for 60s --limit 2", "rail list shw_1",
        "show get shw_1", "show list", "flash close A", "unpin", "rail remove shw_1 B",
        "show set shw_2 --title Sooner", "show end shw_1", "show delete shw_2 --yes",
        "sku remove B --yes", "store info", "store check", "store trim --dry-run",
        "store backup copy.db",
        "config explain", "sku import rows.csv --partial", "apply -f show.json",
        "diff -f show.json", "sku get NOBODY", "sku list --nonsense",
    ]

    private static let reservations = [
        "sku add R --title R --price 5 --stock 4", "reserve R:2 --buyer ann --id rsv_1",
        "reserve R:2 --buyer ann --id rsv_1", "reservation pay rsv_1", "extend rsv_1",
        "confirm rsv_1", "release rsv_1", "reserve R:2 --buyer bob --id rsv_2 --ttl 1s",
        "reserve R --buyer cid", "reservation get rsv_1", "reservation list --state all",
        "waitlist join R:2 --buyer dan --id wl_1", "waitlist join R --buyer eve --id wl_2",
        "waitlist list", "waitlist leave wl_2", "policy set --hold-time 2m --units-held 9",
        "policy set --sku R --units-per-buyer 2", "policy list", "policy clear",
        "sku stock adjust R 3 --reason delivery", "waitlist join R:2 --buyer dan --id wl_3",
        "reservation list", "stock history R", "stock audit", "stock audit --repair",
        "stock audit --sales told.txt",
        "reserve R:9 --buyer fay", "reserve -f lines.jsonl",
        "drill storm --buyers 40 --stock 5 --ttl 30s --rush 5s --speed 30 --seed 3 --waitlist 40%",
    ]

    @Test func `every document fits its schema`() throws {
        bench.folder.write("sku,title,price,mood\nC,C,1,gay\nD,,1,sad\n", to: "rows.csv")
        bench.folder.write("rsv_nobody\n", to: "told.txt")
        let file = """
            {"schema": "lc.show-file/1", "show": {"id": "shw_3", "title": "T"},
             "skus": [{"sku": "E", "title": "E", "price": "1.50", "initial_stock": 3}],
             "rail": ["A", {"sku": "E", "show_price": 1}]}
            """
        bench.folder.write(file, to: "show.json")
        var documents = [
            try JSON(parsing: file).text,
            #"{"context":"x","contexts":{"x":{"catalogue":"default"}},"schema":"lc.config/1"}"#,
        ]
        bench.folder.write(
            #"{"sku":"R","buyer":"gus","id":"rsv_9"}"# + "\nrubbish\n" + #"{"confirm":"rsv_9"}"#,
            to: "lines.jsonl")
        for command in Self.commands + Self.reservations {
            let run = try bench.lcctl(
                command.split(separator: " ").map(String.init) + ["-o", "json"])
            let text = run.output.isEmpty ? run.talk : run.output
            documents += text.split(separator: "\n").map(String.init).filter { $0.hasPrefix("{") }
        }
        let events = try bench.lcctl("show", "events", "shw_1")
        documents += events.output.split(separator: "\n").map(String.init)
        let timeline = try bench.lcctl("show", "timeline", "shw_1", "--offset", "1s")
        documents += timeline.output.split(separator: "\n").map(String.init)
        for list in [
            ["rail", "list", "shw_1"], ["config", "explain"], ["stock", "history", "R"],
            ["reservation", "list", "--state", "all"],
        ] {
            let rows = try bench.lcctl(list + ["-o", "jsonl"])
            documents += rows.output.split(separator: "\n").map(String.init)
        }
        let exported = try bench.lcctl("sku", "export", "-o", "jsonl")
        documents += exported.output.split(separator: "\n").map(String.init)
        #expect(documents.count > Self.commands.count)

        let check = try ProcessRun.run(
            "\(Self.root)/scripts/check-schemas", ["\(Self.root)/docs/schemas", "-"],
            environment: ["LANG": "C.UTF-8"], input: documents.joined(separator: "\n"))
        #expect(check.output == "\n", "\(check.output)\(check.talk)")
        #expect(check.status == 0)
    }

    /// Keys are a contract: each list is written out here, so that changing one is seen.
    @Test func `the keys of the main answers are these`() throws {
        try bench.lcctl(
            Self.commands[4].split(separator: " ").map(String.init))
        func keys(_ run: ProcessRun) throws -> [String] {
            try JSON(parsing: run.output).objectValue?.members.map(\.name) ?? []
        }
        #expect(
            try keys(bench.lcctl("sku", "get", "A", "-o", "json")) == [
                "attributes", "available", "barcode", "catalogue", "compare_at_price_minor",
                "confirmed", "currency", "family", "held", "image_url", "on_hand", "page_url",
                "price_minor", "schema", "sku",
                "title",
            ])
        #expect(
            try keys(bench.lcctl("show", "create", "--title", "S", "-o", "json")) == [
                "catalogue", "outcome", "schema", "show", "state", "title",
            ])
        #expect(
            try keys(bench.lcctl("sku", "import", "-", "-o", "json", input: "sku\n")) == [
                "bad_rows", "configured", "created", "dry_run", "ignored_fields", "schema",
                "unchanged",
            ])
    }
}

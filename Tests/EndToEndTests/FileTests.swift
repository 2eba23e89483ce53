import Primitives
import TestSupport
import Testing

/// Files in and out: import, export, apply, diff.
@Suite struct FileTests {
    private let bench = Bench()

    private func json(_ run: ProcessRun) throws -> JSON {
        try JSON(parsing: run.output)
    }

    @Test func `every bad row is named by its line, and nothing comes in`() throws {
        let rows = """
            sku,title,price,stock
            GOOD,Good,1.00,1
            ,No code,1.00,1
            BAD:CODE,Colon,1.00,1
            BAD-PRICE,Price,"1,00",1
            BAD-STOCK,Stock,1.00,many
            SHORT,Too few
            GOOD,Again,2.00,2
            "BAD-QUOTE"x,Quote,1.00,1
            NO-TITLE,,1.00,1
            """
        let run = try bench.lcctl("sku", "import", "-", input: rows)
        #expect(run.status == 65)
        #expect(run.output == "")
        #expect(
            run.talk == """
                line 3: sku is missing
                line 4: sku 'BAD:CODE' has a ':'
                line 5: price '1,00' is not an amount such as 19.99 or '19.99 USD'
                line 6: stock 'many' is not a whole number
                line 7: 2 fields where the header has 4
                line 8: SKU 'GOOD' stands twice, first on line 2
                line 9: text behind a closing quote
                line 10: title is missing
                lcctl: error: 8 bad rows; nothing was changed
                hint: mend them, or bring the good rows in with --partial

                """)
        #expect(try bench.lcctl("sku", "list", "-o", "name").output == "")
        let partial = try bench.lcctl("sku", "import", "-", "--partial", input: rows)
        #expect(partial.status == 1)
        #expect(partial.output == "1 created, 0 configured, 0 unchanged, 8 bad\n")
        #expect(try bench.lcctl("sku", "list", "-o", "name").output == "GOOD\n")
    }

    @Test func `foreign headers are mapped, and what means nothing is passed over`() throws {
        let rows = "Variant SKU,Title,Variant Price,Vendor,Option1 Value\nS-1,Shirt,12.5,Acme,XL\n"
        let run = try bench.lcctl(
            "sku", "import", "-", "--map", "Variant SKU=sku", "--map", "Variant Price=price",
            "--map", "Option1 Value=attribute.size", input: rows)
        #expect(run.output == "1 created, 0 configured, 0 unchanged\n")
        #expect(run.talk == "passed over: Vendor\n")
        let sku = try json(bench.lcctl("sku", "get", "S-1", "-o", "json"))
        #expect(sku["price_minor"] == 1250)
        #expect(sku["attributes"] == ["size": "XL"])
        let unmapped = try bench.lcctl("sku", "import", "-", input: rows)
        #expect(unmapped.talk.contains("--map 'YOUR COLUMN=sku'"))
        #expect(unmapped.status == 65)
    }

    @Test(arguments: ["csv", "jsonl"])
    func `an export comes in again unchanged, here and elsewhere`(format: String) throws {
        let rows = #"""
            sku,title,price,compare_at_price,family,stock,barcode,image_url,attribute.colour
            "A, ""quoted""","Line, with comma",1.50,2.00,f,3,0401,https://a/b,red
            é日本,Ünïcode 😀,0.05,,,0,,,
            """#
        #expect(try bench.lcctl("sku", "import", "-", input: rows).status == 0)
        let file = "export.\(format)"
        #expect(try bench.lcctl("sku", "export", "-o", format, "--output", file).status == 0)
        let again = try bench.lcctl("sku", "import", file)
        #expect(again.output == "0 created, 0 configured, 2 unchanged\n")
        #expect(again.talk == "")
        try bench.lcctl("catalogue", "create", "other", "--brand", "O", "--currency", "USD")
        let other = try bench.lcctl("-c", "other", "sku", "import", file)
        #expect(other.output == "2 created, 0 configured, 0 unchanged\n")
        let copy = try bench.lcctl("-c", "other", "sku", "export", "-o", "csv")
        #expect(copy.output == (try bench.lcctl("sku", "export", "-o", "csv")).output)
        #expect(try bench.lcctl("sku", "export", "--output", file).status == 73)
    }

    @Test func `what is piped in is known by how it begins`() throws {
        try bench.lcctl("sku", "add", "A", "--title", "A", "--price", "1")
        try bench.lcctl("catalogue", "create", "other", "--brand", "O", "--currency", "USD")
        for format in ["jsonl", "csv"] {
            let run = try bench.shell(
                "lcctl sku export -o \(format) | lcctl -c other sku import - -o json")
            #expect(run.status == 0, "\(run.talk)")
        }
        #expect(try bench.lcctl("-c", "other", "sku", "list", "-o", "name").output == "A\n")
    }

    @Test func `an import sets what is there, and empties what is empty`() throws {
        try bench.lcctl(
            "sku", "add", "A", "--title", "A", "--price", "5", "--family", "f", "--stock", "2")
        let run = try bench.lcctl(
            "sku", "import", "-", input: "sku,family,price\nA,,6\n")
        #expect(run.output == "0 created, 1 configured, 0 unchanged\n")
        let sku = try json(bench.lcctl("sku", "get", "A", "-o", "json"))
        #expect(sku["family"] == nil)
        #expect((sku["price_minor"], sku["on_hand"]) == (600, 2))
    }

    @Test func `an empty file is no catalogue, and no rows are none`() throws {
        let nothing = try bench.lcctl("sku", "import", "-", input: "")
        #expect(nothing.status == 65)
        #expect(nothing.talk.hasPrefix("line 1: no header: there is nothing\n"))
        #expect(try bench.lcctl("sku", "import", "-", input: "sku,title\n").status == 0)
        #expect(try bench.lcctl("sku", "import", "-", "--input", "jsonl", input: "").status == 0)
    }

    @Test func `a dry run of an import changes nothing`() throws {
        let run = try bench.lcctl(
            "sku", "import", "-", "--dry-run", input: "sku,title,price\nA,A,1\n")
        #expect(run.output == "1 created, 0 configured, 0 unchanged (dry run)\n")
        #expect(try bench.lcctl("sku", "list").output == "")
    }

    private static let show = """
        {"schema": "lc.show-file/1", "show": {"id": "shw_1", "title": "Friday"},
         "skus": [{"sku": "A", "title": "A", "price": "5.00", "initial_stock": 9},
                  {"sku": "B", "title": "B", "price": 6.5}],
         "rail": ["A", {"sku": "B", "show_price": "6.00"}]}
        """

    @Test func `applying a file twice changes nothing the second time`() throws {
        bench.folder.write(Self.show, to: "show.json")
        #expect(try bench.lcctl("diff", "-f", "show.json").status == 1)
        let dry = try bench.lcctl("apply", "-f", "show.json", "--dry-run")
        #expect(dry.output.hasPrefix("sku/A created (dry run)\n"))
        #expect(try bench.lcctl("show", "list").output == "")
        #expect(
            try bench.lcctl("apply", "-f", "show.json").output
                == "sku/A created\nsku/B created\nshow/shw_1 created\nrail/shw_1 created\n")
        try bench.lcctl("sku", "stock", "adjust", "A", "-4")
        let again = try bench.lcctl("apply", "-f", "-", input: Self.show)
        #expect(
            again.output
                == "sku/A unchanged\nsku/B unchanged\nshow/shw_1 unchanged\nrail/shw_1 unchanged\n")
        #expect(try json(bench.lcctl("sku", "get", "A", "-o", "json"))["on_hand"] == 5)
        let same = try bench.lcctl("diff", "-f", "show.json")
        #expect((same.status, same.output) == (0, ""))
    }

    @Test func `a file that does not speak of the rail leaves it alone`() throws {
        bench.folder.write(Self.show, to: "show.json")
        try bench.lcctl("apply", "-f", "show.json")
        let silent = #"{"schema":"lc.show-file/1","show":{"id":"shw_1","title":"Saturday"}}"#
        let run = try bench.lcctl("apply", "-f", "-", "--prune", "--yes", input: silent)
        #expect(run.output == "show/shw_1 configured\nrail/shw_1 unchanged\n")
        #expect(try bench.lcctl("rail", "list", "shw_1", "-o", "name").output == "A\nB\n")
    }

    @Test func `diff says what differs, and prune takes off what is not listed`() throws {
        bench.folder.write(Self.show, to: "show.json")
        try bench.lcctl("apply", "-f", "show.json")
        try bench.lcctl("sku", "add", "C", "--title", "C", "--price", "1")
        try bench.lcctl("rail", "add", "shw_1", "C")
        try bench.lcctl("sku", "set", "A", "--price", "4")
        let differences = try bench.lcctl("diff", "-f", "show.json")
        #expect(differences.status == 1)
        #expect(
            differences.output
                == "sku/A configured\n  - price_minor: 400\n  + price_minor: 500\n")
        let refused = try bench.lcctl("apply", "-f", "show.json", "--prune")
        #expect(refused.status == 64)
        try bench.lcctl("apply", "-f", "show.json", "--prune", "--yes")
        let rail = try bench.lcctl("rail", "list", "shw_1", "-o", "name")
        #expect(rail.output == "A\nB\n")
    }

    @Test(arguments: [
        ("", "not JSON: it ends too early"), ("{}", "schema is missing"),
        (#"{"schema":"lc.show-file/2","show":{}}"#, "schema 'lc.show-file/2' is not"),
        (
            #"{"schema":"lc.show-file/1","show":{"id":"x","title":"T"}}"#,
            "'standard input': show.id 'x' is not"
        ),
        (
            #"{"schema":"lc.show-file/1","show":{"id":"shw_1","titel":"T"}}"#,
            "'standard input': show.title is missing"
        ),
        (
            #"{"schema":"lc.show-file/1","show":{"id":"shw_1","title":"T","hots":"A"}}"#,
            "'standard input': show.hots is not a field here"
        ),
        (
            #"{"schema":"lc.show-file/1","show":{"id":"shw_1","title":"T"},"skus":[{"sku":"A","stock":1}]}"#,
            "'standard input': skus[0].stock is not a field here"
        ),
        (
            #"{"schema":"lc.show-file/1","show":{"id":"shw_1","title":"T"},"rail":["A","A"]}"#,
            "rail 'A' stands twice"
        ),
    ])
    func `a malformed show file is explained`(text: String, words: String) throws {
        let run = try bench.lcctl("apply", "-f", "-", input: text)
        #expect(run.status == 65)
        #expect(run.talk.contains(words), "\(run.talk)")
    }
}

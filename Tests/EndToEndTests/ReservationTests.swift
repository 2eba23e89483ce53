import Glibc
import Primitives
import TestSupport
import Testing

/// Reservations as a shop's tools use them, on the store that every user has.
@Suite struct ReservationTests {
    private let bench = Bench()

    private func json(_ run: ProcessRun) throws -> JSON { try JSON(parsing: run.output) }

    private func add(_ code: String, stock: Int) throws {
        try bench.lcctl(
            "sku", "add", code, "--title", code, "--price", "9.99", "--stock", String(stock))
    }

    private func numbers(_ code: String) throws -> [Int64] {
        let sku = try json(bench.lcctl("sku", "get", code, "-o", "json"))
        return ["available", "held", "confirmed"].map { sku[$0]?.integerValue ?? -1 }
    }

    @Test func `a sale from the hold to the money`() throws {
        try add("A", stock: 3)
        let run = try bench.shell(
            """
            id=$(lcctl reserve A:2 --buyer ann)
            lcctl reservation pay "$id" | cut -d' ' -f2
            lcctl confirm "$id" | cut -d' ' -f2
            lcctl confirm "$id" | cut -d' ' -f2
            lcctl stock history A --fields type --no-header
            lcctl stock audit
            """)
        #expect(
            run.output == """
                paying
                confirmed
                confirmed
                sku-added
                reservation-held
                reservation-paying
                reservation-confirmed
                sound: 5 events; 1 SKU: 3 on hand = 1 available + 0 held + 2 confirmed

                """)
        #expect(try numbers("A") == [1, 0, 2])
    }

    @Test func `sales that were told and are not there are found by whoever knows of them`() throws
    {
        try add("A", stock: 3)
        try bench.lcctl("reserve", "A", "--buyer", "ann", "--id", "rsv_1")
        try bench.lcctl("confirm", "rsv_1")
        try bench.lcctl("reserve", "A", "--buyer", "bob", "--id", "rsv_2")
        bench.folder.write("rsv_1\n\n", to: "paid.txt")
        #expect(try bench.lcctl("stock", "audit", "--sales", "paid.txt").status == 0)
        let run = try bench.lcctl(
            "stock", "audit", "--sales", "-", "-o", "json", input: "rsv_1\nrsv_2\nrsv_3")
        #expect(run.status == 1)
        #expect(try JSON(parsing: run.talk)["missing_sales"] == ["rsv_2", "rsv_3"])
        let bad = try bench.lcctl("stock", "audit", "--sales", "-", input: "rsv_1\nCARD 12\n")
        #expect(bad.status == 65)
        #expect(bad.talk.contains("line 2"))
    }

    @Test func `sold out tells what is left and when the next hold ends`() throws {
        try add("A", stock: 2)
        let held = try json(bench.lcctl("reserve", "A", "--buyer", "ann", "-o", "json"))
        let refused = try bench.lcctl("reserve", "A:2", "--buyer", "bob", "-o", "json")
        #expect(refused.status == 1)
        let shortage = try #require(try JSON(parsing: refused.talk)["shortages"]?.arrayValue?.first)
        #expect(shortage["available"] == 1)
        #expect(shortage["next_end"] == held["expires_at"])
        let partial = try bench.lcctl("reserve", "A:2", "--buyer", "bob", "--partial")
        #expect(partial.talk == "1 of 2 units are held\n")
        #expect(try numbers("A") == [0, 2, 0])
    }

    @Test func `all lines are held or none`() throws {
        try add("A", stock: 5)
        try add("B", stock: 0)
        #expect(try bench.lcctl("reserve", "A", "B", "--buyer", "ann").status == 1)
        #expect(try numbers("A") == [5, 0, 0])
        let twice = try json(bench.lcctl("reserve", "A", "A:2", "--buyer", "ann", "-o", "json"))
        #expect(twice["lines"]?.arrayValue?.first?["quantity"] == 3)
    }

    @Test func `what is not paid for comes back, and is told to who watches`() throws {
        try add("A", stock: 1)
        let id = try bench.lcctl("reserve", "A", "--buyer", "ann", "--ttl", "1s").output.dropLast()
        let watch = try bench.lcctl("reservation", "watch", String(id))
        let states = try watch.output.split(separator: "\n").map {
            try JSON(parsing: String($0))["state"]?.stringValue
        }
        #expect(states == ["held", "expired"])
        #expect(try numbers("A") == [1, 0, 0])
        let again = try bench.lcctl("reserve", "A", "--buyer", "ann", "--id", String(id))
        #expect(again.status == 5 && again.output == "\(id)\n")
        let late = try bench.lcctl("confirm", String(id))
        #expect(late.output == "reservation/\(id) confirmed late\n")
    }

    @Test func `who watches all sees each change, until interrupted`() throws {
        try add("A", stock: 5)
        let watch = try bench.start(["reservation", "watch", "-o", "text"])
        try bench.lcctl("reserve", "A", "--buyer", "ann", "--id", "rsv_1")
        try eventually("the hold is told") { watch.output.contains("rsv_1  held") }
        try bench.lcctl("release", "rsv_1")
        try eventually("the release is told") { watch.output.contains("rsv_1  released") }
        watch.signal(SIGINT)
        #expect(try watch.finish().ending == .exited(130))
    }

    @Test func `many processes at once are sold what there is and no more`() throws {
        try add("A", stock: 10)
        let buyers = try (0..<24).map { number in
            try bench.start(["reserve", "A", "--buyer", "b\(number)"])
        }
        let statuses = try buyers.map { try $0.finish().status }
        #expect(statuses.count { $0 == 0 } == 10)
        #expect(statuses.count { $0 == 1 } == 14)
        #expect(try numbers("A") == [0, 10, 0])
    }

    @Test func `a waitlist is served in order`() throws {
        try add("A", stock: 1)
        try bench.lcctl("reserve", "A", "--buyer", "ann", "--id", "rsv_1")
        try bench.lcctl("waitlist", "join", "A", "--buyer", "bob", "--id", "wl_1")
        try bench.lcctl("waitlist", "join", "A", "--buyer", "cid", "--id", "wl_2")
        let list = ["waitlist", "list", "--fields", "buyer", "--no-header"]
        #expect(try bench.lcctl(list).output == "bob\ncid\n")
        try bench.lcctl("release", "rsv_1")
        #expect(try bench.lcctl(list).output == "cid\n")
        let offers = try bench.lcctl(
            "reservation", "list", "--fields", "buyer,offered_to", "--no-header")
        #expect(offers.output == "bob\twl_1\n")
        #expect(try bench.lcctl("waitlist", "leave", "wl_2").output == "waiting/wl_2 removed\n")
        #expect(try bench.lcctl("waitlist", "leave", "wl_9").status == 3)
    }

    @Test func `a policy counts where it is narrowest`() throws {
        try add("A", stock: 9)
        try add("B", stock: 9)
        try bench.lcctl("policy", "set", "--units-per-buyer", "2")
        try bench.lcctl("policy", "set", "--sku", "B", "--units-per-buyer", "1")
        #expect(try bench.lcctl("reserve", "A:2", "--buyer", "ann").status == 0)
        #expect(try bench.lcctl("reserve", "A", "--buyer", "ann").status == 1)
        #expect(try bench.lcctl("reserve", "B:2", "--buyer", "ann").status == 1)
        try bench.lcctl("policy", "clear", "--sku", "B")
        #expect(try bench.lcctl("reserve", "B:2", "--buyer", "ann").status == 0)
        let scopes = try bench.lcctl("policy", "list", "-o", "name").output
        #expect(scopes == "standard\ncatalogue\n")
    }

    @Test func `an audit finds what was meddled with, and puts it right`() throws {
        try add("A", stock: 5)
        try bench.lcctl("reserve", "A:2", "--buyer", "ann", "--id", "rsv_1")
        try bench.lcctl("reserve", "A:3", "--buyer", "bob", "--id", "rsv_2")
        try bench.lcctl("waitlist", "join", "A", "--buyer", "cid", "--id", "wl_1")
        let before = try bench.lcctl("reservation", "list", "-o", "json").output
        let damages = [
            "UPDATE sku SET held = 4", "DELETE FROM open_line", "DELETE FROM waiting",
            "UPDATE reservation SET state = ''expired'' WHERE id = ''rsv_1''",
            "DELETE FROM reservation WHERE id = ''rsv_2''", "DELETE FROM sku",
            "UPDATE reservation SET lines = ''rubbish''",
            "UPDATE reservation SET deadline_ms = deadline_ms + 1",
        ]
        for damage in damages {
            let sql = damage.split(separator: "''", omittingEmptySubsequences: false)
                .joined(separator: "'")
            _ = try bench.shell(#"sqlite3 store.db "\#(sql)""#)
            #expect(try bench.lcctl("stock", "audit").status == 1, "\(damage)")
            let repair = try json(bench.lcctl("stock", "audit", "--repair", "-o", "json"))
            #expect(repair["sound"] == true, "\(damage)")
            #expect(repair["repaired"]?.arrayValue?.isEmpty == false, "\(damage)")
            #expect(try bench.lcctl("stock", "audit").status == 0, "\(damage)")
            #expect(try bench.lcctl("reservation", "list", "-o", "json").output == before)
        }
        #expect(try bench.lcctl("store", "check").status == 0)
    }

    @Test func `a log that lies cannot be repaired`() throws {
        try add("A", stock: 5)
        try bench.lcctl("reserve", "A:2", "--buyer", "ann")
        _ = try bench.shell(
            #"sqlite3 store.db "UPDATE event SET data = replace(data, '\"held\":2', '\"held\":1')""#
        )
        let run = try bench.lcctl("stock", "audit", "--repair")
        #expect(run.status == 1)
        #expect(run.output.contains("does not replay"), "\(run.output)")
    }
}

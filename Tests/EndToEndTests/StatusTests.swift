import CommandLineKit
import Glibc
import LCCtlCommands
import TestSupport
import Testing

// Swift Testing has one of the same name.
private typealias Status = CommandLineKit.ExitStatus

/// Every exit status that the manual of lcctl names can be met, and means what it says.
@Suite struct StatusTests {
    private let bench = Bench()

    @Test(arguments: [
        (Status.ok, "lcctl sku list"),
        (.negative, "lcctl unpin --show shw_1"),
        (.notFound, "lcctl sku get NOBODY"),
        (.conflict, "lcctl show create --id shw_1 --title Again"),
        (
            .expired,
            """
            lcctl sku add E --title E --price 1 --stock 1 >/dev/null
            id=$(lcctl reserve E --buyer ann --ttl 1s)
            lcctl reservation watch "$id" >/dev/null
            lcctl reserve E --buyer bob >/dev/null
            lcctl confirm "$id"
            """
        ),
        (.usage, "lcctl sku get"),
        (.dataError, "lcctl sku add X --title X --price 1.999"),
        (.noInput, "lcctl sku import nowhere.csv"),
        (.cannotCreate, "lcctl sku export --output nowhere/out.csv"),
        (.ioError, "lcctl show list >/dev/full"),
        (
            .tryAgain,
            """
            mkfifo hold held
            (printf 'BEGIN IMMEDIATE;\\n'; echo '.shell echo >held'; cat hold) | sqlite3 store.db &
            cat held >/dev/null
            status=0; lcctl --wait 20ms pin A --show shw_1 || status=$?
            echo >hold; wait; exit $status
            """
        ),
        (.badConfig, "lcctl --context nowhere sku list"),
        (.unavailable, "lcctl --store redis://127.0.0.1:1 --wait 1s sku list"),
    ])
    fileprivate func `a status is met`(status: Status, line: String) throws {
        try bench.lcctl("show", "create", "--id", "shw_1", "--title", "S")
        let run = try bench.shell("set +e; \(line)")
        #expect(run.status == status.rawValue, "\(run.talk)")
        if status != .ok { #expect(run.talk.hasPrefix("lcctl: error: "), "\(run.talk)") }
    }

    @Test(.enabled(if: RedisPrograms.areThere))
    func `a server that wants a password is not let guess`() throws {
        let server = try RedisServer(["requirepass secret"], command: ["-a", "secret"])
        let store = "redis://127.0.0.1:\(server.port)"
        let refused = try bench.lcctl("--store", store, "sku", "list")
        #expect(refused.status == Status.noPermission.rawValue, "\(refused.talk)")
        let variables = ["LC_REDIS_PASSWORD": "secret"]
        let run = try bench.lcctl("--store", store, "sku", "list", variables: variables)
        #expect(run.status == 0, "\(run.talk)")
        #expect(!refused.talk.contains("secret"))
    }

    @Test(.enabled(if: RedisPrograms.areThere))
    func `what was sent and not answered is unknown, and asking again tells`() throws {
        let server = try RedisServer()
        let store = "redis://127.0.0.1:\(server.port)"
        try bench.lcctl(
            "--store", store, "sku", "add", "A", "--title", "A", "--price", "1", "--stock", "2")
        // A relay that lets answers through until a reservation is asked for.
        let relay = """
            import socket, threading
            front = socket.create_server(("127.0.0.1", 0))
            open("port.part", "w").write(str(front.getsockname()[1]))
            __import__("os").rename("port.part", "port")
            def serve(near):
                far = socket.create_connection(("127.0.0.1", \(server.port)))
                cut = threading.Event()
                def back():
                    while (data := far.recv(65536)) and not cut.is_set(): near.sendall(data)
                threading.Thread(target=back, daemon=True).start()
                while data := near.recv(65536):
                    if b"rsv_mine" in data: cut.set()
                    far.sendall(data)
            while True:
                near = front.accept()[0]
                threading.Thread(target=serve, args=(near,), daemon=True).start()
            """
        bench.folder.write(relay, to: "relay.py")
        let process = try RunningProcess(
            "/usr/bin/python3", ["relay.py"], environment: [:], folder: bench.folder.path)
        defer { process.signal(SIGKILL) }
        try eventually("the relay listens") { Files.exists(bench.folder.path("port")) }
        let cut = "redis://127.0.0.1:\(bench.folder.read("port"))"
        let reserve = ["reserve", "A:2", "--buyer", "ann", "--id", "rsv_mine", "-o", "json"]
        let run = try bench.lcctl(["--store", cut, "--wait", "1s"] + reserve)
        #expect(run.status == Status.unknownOutcome.rawValue, "\(run.output)\(run.talk)")
        #expect(run.talk.contains(#""reservation":"rsv_mine""#))
        let again = try bench.lcctl(["--store", store] + reserve)
        #expect(again.status == 0, "\(again.talk)")
        #expect(again.output.contains(#""state":"held""#))
    }

    @Test func `the statuses above are those that the manual names`() {
        let met: Set<Status> = [
            .ok, .negative, .notFound, .conflict, .expired, .unknownOutcome, .usage, .dataError,
            .noInput, .unavailable, .cannotCreate, .ioError, .tryAgain, .noPermission, .badConfig,
            // Met in LCCtlTests, by real signals.
            .interrupted, .terminated,
        ]
        func statuses(_ command: Command) -> [Status] {
            command.exitStatuses + command.subcommands.flatMap(statuses)
        }
        let named = LCCtl.program.commands.flatMap(statuses) + [.ok, .usage]
        #expect(Set(named) == met)
    }
}

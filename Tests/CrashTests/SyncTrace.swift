import TestSupport

/// What strace saw processes do with a store's log and tell their buyers.
struct SyncTrace {
    static let program = "/usr/bin/strace"

    static var isThere: Bool { Machine.isCI || Files.exists(program) }

    /// What stands before a program that is to be watched.
    static func words(into file: String) -> [String] {
        [
            program, "-f", "-y", "-ttt", "-T", "-s", "4000", "-o", file, "-e",
            "trace=pwrite64,fdatasync,fsync,write",
        ]
    }

    private struct Call {
        let start: Double
        let end: Double
        let name: Substring
        let line: Substring
    }

    private(set) var sales = 0
    /// Lines that told of a sale before anybody had brought the log to the disk.
    private(set) var tooEarly: [String] = []
    /// How often somebody did.
    private(set) var syncs = 0

    init(_ traces: [String]) {
        let processes = traces.map { $0.split(separator: "\n").compactMap(Self.call) }
        let syncs = processes.joined().filter {
            ($0.name == "fdatasync" || $0.name == "fsync") && $0.line.contains("-wal>")
        }
        self.syncs = syncs.count
        for calls in processes {
            var written = 0.0
            for call in calls {
                if call.name == "pwrite64", call.line.contains("-wal>") { written = call.end }
                guard call.name == "write", call.line.contains("confirm rsv_"),
                    call.line.contains("state confirmed")
                else { continue }
                sales += 1
                // strace writes microseconds.
                let isSynced = syncs.contains {
                    $0.start >= written - 2e-6 && $0.end <= call.start + 2e-6
                }
                if !isSynced { tooEarly.append(String(call.line.prefix(200))) }
            }
        }
    }

    /// `PID TIME name(arguments) = answer <seconds>`
    private static func call(_ line: Substring) -> Call? {
        let words = line.split(separator: " ", maxSplits: 2)
        guard words.count == 3, let start = Double(words[1]), let open = line.lastIndex(of: "<"),
            let took = Double(line[line.index(after: open)...].dropLast()),
            let name = words[2].firstIndex(of: "(")
        else { return nil }
        return Call(start: start, end: start + took, name: words[2][..<name], line: words[2])
    }
}

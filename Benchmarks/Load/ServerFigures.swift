import Glibc

/// What the system tells of the server's process and its core.
struct ServerFigures {
    /// The process's time on a processor.
    var processSeconds = 0.0
    /// The time that its core was busy, with interrupts and whoever else was on it.
    var coreSeconds = 0.0
    var residentKilobytes = 0
    /// Datagrams for which its sockets had no room.
    var drops = 0

    private static let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))

    /// `port` is the server's port of media.
    init(pid: Int?, core: Int?, port: UInt16?) {
        if let pid {
            processSeconds = Self.processSeconds(pid)
            residentKilobytes = Self.residentKilobytes(pid)
        }
        if let core { coreSeconds = Self.coreSeconds(core) }
        if let port { drops = Self.drops(port) }
    }

    init() {}

    private static func processSeconds(_ pid: Int) -> Double {
        // The program's name, in brackets, may hold anything.
        let text = read("/proc/\(pid)/stat")
        guard let end = text.lastIndex(of: ")") else { return 0 }
        let fields = text[end...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13])
        else { return 0 }
        return (user + system) / ticksPerSecond
    }

    private static func residentKilobytes(_ pid: Int) -> Int {
        for line in read("/proc/\(pid)/status").split(separator: "\n")
        where line.hasPrefix("VmRSS:") {
            return Int(line.split(whereSeparator: { $0 == " " || $0 == "\t" })[1]) ?? 0
        }
        return 0
    }

    private static func coreSeconds(_ core: Int) -> Double {
        for line in read("/proc/stat").split(separator: "\n")
        where line.hasPrefix("cpu\(core) ") {
            let numbers = line.split(separator: " ").dropFirst().compactMap { Double($0) }
            guard numbers.count >= 8 else { return 0 }
            // All but idle, waiting for a disk, and what other machines took.
            return (numbers[0] + numbers[1] + numbers[2] + numbers[5] + numbers[6])
                / ticksPerSecond
        }
        return 0
    }

    private static func drops(_ port: UInt16) -> Int {
        let digits = String(port, radix: 16, uppercase: true)
        let ending = ":" + String(repeating: "0", count: 4 - digits.count) + digits
        var drops = 0
        for path in ["/proc/net/udp", "/proc/net/udp6"] {
            for line in read(path).split(separator: "\n") {
                let fields = line.split(separator: " ")
                guard fields.count > 12, fields[1].hasSuffix(ending) else { continue }
                drops += Int(fields[12]) ?? 0
            }
        }
        return drops
    }

    private static func read(_ path: String) -> String {
        let descriptor = unsafe open(path, O_RDONLY)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe Glibc.read(descriptor, &piece, piece.count)
            guard count > 0 else { return String(decoding: text, as: UTF8.self) }
            text += piece[..<count]
        }
    }
}

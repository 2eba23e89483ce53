/// One rule: what is wrong with a file, line by line.
struct Rule: Sendable {
    let name: String
    let problems: @Sendable (TextFile) -> [String]

    static let all = [imports, lengths, bannedCalls, reasons, unfinished, whitespace]

    /// What each module may import. Arrows point down.
    static let importTable: [String: Set<String>] = [
        "Primitives": [],
        "Commerce": ["Primitives"],
        "HTTP": ["Primitives"],
        "WebRTC": ["Primitives"],
        "Measures": ["Primitives"],
        "Signaling": ["Primitives", "HTTP"],
        "SecureTransport": ["Primitives", "WebRTC", "COpenSSL", "CSRTP"],
        "Network": [
            "Primitives", "HTTP", "SecureTransport", "CShims", "COpenSSL", "CCurl", "Glibc",
        ],
        "Media": ["Primitives", "WebRTC", "CFFmpeg", "Glibc"],
        "Movies": ["Primitives", "WebRTC"],
        "Playlists": ["Primitives"],
        "FileAccess": ["Primitives", "Glibc"],
        "Recordings": ["Primitives", "WebRTC", "Movies", "Glibc"],
        "Stores": [
            "Primitives", "Commerce", "CSQLite", "CHiredis", "CShims", "Glibc", "Synchronization",
        ],
        "Sessions": [
            "Primitives", "HTTP", "WebRTC", "Signaling", "SecureTransport", "Network",
        ],
        "Publishing": [
            "Primitives", "HTTP", "WebRTC", "Signaling", "SecureTransport", "Network", "Media",
            "Sessions",
        ],
        "Probing": [
            "Primitives", "HTTP", "WebRTC", "Signaling", "Measures", "Playlists", "SecureTransport",
            "Network", "Media", "Sessions", "Synchronization",
        ],
        "Cutting": [
            "Primitives", "WebRTC", "Commerce", "Measures", "Movies", "Playlists",
            "SecureTransport", "Media", "FileAccess", "Synchronization",
        ],
        "Relaying": [
            "Primitives", "HTTP", "WebRTC", "Signaling", "SecureTransport", "Network", "Recordings",
            "Synchronization",
        ],
        "CommandLineKit": ["Primitives", "CShims", "Glibc"],
        "TimelineCommands": ["Primitives", "Commerce", "CommandLineKit"],
        "LCCtlCommands": [
            "Primitives", "Commerce", "Stores", "CommandLineKit", "TimelineCommands",
        ],
        "lcctl": ["LCCtlCommands", "CommandLineKit"],
        "SessionCommands": [
            "Primitives", "HTTP", "WebRTC", "Signaling", "SecureTransport", "Network", "Sessions",
            "CommandLineKit",
        ],
        "MediaCommands": ["Primitives", "Media", "CommandLineKit"],
        "PushCommands": [
            "Primitives", "HTTP", "WebRTC", "Signaling", "SecureTransport", "Network", "Media",
            "Sessions", "Publishing", "CommandLineKit", "SessionCommands", "MediaCommands",
        ],
        "ProbeCommands": [
            "Primitives", "HTTP", "WebRTC", "Signaling", "Measures", "SecureTransport", "Network",
            "Media", "Sessions", "Probing", "CommandLineKit", "SessionCommands",
        ],
        "RelayCommands": ["Primitives", "HTTP", "Signaling", "Relaying", "CommandLineKit"],
        "VODCutCommands": [
            "Primitives", "WebRTC", "Commerce", "Measures", "Movies", "Playlists", "Media",
            "FileAccess", "Cutting", "CommandLineKit", "TimelineCommands", "MediaCommands",
        ],
        "vod-cut": ["VODCutCommands", "CommandLineKit"],
        "whip-push": ["PushCommands", "CommandLineKit"],
        "whip-relay": ["RelayCommands", "CommandLineKit"],
        "whep-probe": ["ProbeCommands", "CommandLineKit"],
        "docgen": [
            "LCCtlCommands", "PushCommands", "RelayCommands", "ProbeCommands", "VODCutCommands",
            "CommandLineKit",
        ],
    ]

    private static let cModules: Set = [
        "CSQLite", "CHiredis", "CShims", "COpenSSL", "CSRTP", "CCurl", "CFFmpeg", "Glibc",
    ]

    static let imports = Rule(name: "imports") { file in
        guard let module = file.module, file.path.hasSuffix(".swift") else { return [] }
        guard let allowed = importTable[module] else { return ["\(module) is not in the table"] }
        return file.lines.flatMap { line -> [String] in
            let words = line.split(separator: " ")
            guard let place = words.firstIndex(of: "import"), place <= 1, place + 1 < words.count
            else { return [] }
            let imported = String(words[place + 1])
            if !allowed.contains(imported) { return ["\(module) must not import \(imported)"] }
            if cModules.contains(imported), words.first != "internal" {
                return ["\(imported): C stays inside, with 'internal import'"]
            }
            return []
        }
    }

    static let lengths = Rule(name: "lengths") { file in
        guard file.path.hasSuffix(".swift") else { return [] }
        let limit = file.module == nil ? 600 : 400
        var problems = file.lines.count > limit ? ["\(file.lines.count) lines, over \(limit)"] : []
        for (number, line) in file.lines.enumerated() where line.count > 100 {
            // A literal that cannot be broken, such as a URL or a JSON line of a test.
            if !line.contains("\"") { problems.append("line \(number + 1): over 100 columns") }
        }
        return problems + longFunctions(file.lines)
    }

    /// Functions end at the brace that stands in the column they begin in.
    private static func longFunctions(_ lines: [Substring]) -> [String] {
        var problems: [String] = []
        for (start, line) in lines.enumerated() {
            let indent = line.prefix { $0 == " " }
            let words = line.split(separator: " ")
            guard words.contains(where: { $0 == "func" || $0.hasPrefix("init(") }),
                !line.hasSuffix("}"), !words[0].hasPrefix("//")
            else { continue }
            let close = indent + "}"
            let end = lines[start...].firstIndex { $0 == close } ?? start
            if end - start >= 70 { problems.append("line \(start + 1): \(end - start + 1) lines") }
        }
        return problems
    }

    /// Calls that have no place in `Sources`, and what to use.
    private static let banned: [(call: String, instead: String)] = [
        ("Date()", "Clocks, passed in"), ("ContinuousClock", "Clocks, passed in"),
        ("Task.sleep", "a deadline"), ("usleep(", "Interruption.sleep"),
        ("try!", "throw"), (" as! ", "as?, or a sentence for a bug"),
        ("fatalError(", "preconditionFailure with a sentence"), ("public ", "package"),
        ("DispatchQueue", "a loop or an actor"), ("Foundation", "Primitives"),
        ("\\(error)\".contains", "an exhaustive switch"), ("Swift.print(", "console.print"),
    ]

    static let bannedCalls = Rule(name: "banned calls") { file in
        guard file.module != nil, file.path.hasSuffix(".swift") else { return [] }
        let banned = banned.filter { file.has($0.call) }
        let isSuspect = file.has("print(") || file.has(".random(in")
        guard !banned.isEmpty || isSuspect else { return [] }
        return file.lines.enumerated().flatMap { number, line -> [String] in
            let code = line.drop { $0 == " " }
            guard !code.hasPrefix("//") else { return [] }
            var problems = banned.filter { line.contains($0.call) }.map {
                "line \(number + 1): '\($0.call)'; use \($0.instead)"
            }
            if code.hasPrefix("print("), file.module != "docgen" {
                problems.append("line \(number + 1): 'print('; use console.print")
            }
            if line.contains(".random(in"), !line.contains("using:") {
                problems.append("line \(number + 1): '.random(in' without 'using:'")
            }
            return problems
        }
    }

    static let reasons = Rule(name: "reasons") { file in
        guard file.path.hasSuffix(".swift"), !file.path.hasPrefix("Tests/TidyTests"),
            file.has("@unchecked Sendable") || file.has("nonisolated(unsafe)")
        else { return [] }
        return file.lines.enumerated().compactMap { number, line in
            let isDoubtful =
                line.contains("@unchecked Sendable")
                || line.contains("nonisolated(unsafe)")
            let hasReason =
                line.contains("//")
                || number > 0 && file.lines[number - 1].contains("//")
            return isDoubtful && !hasReason ? "line \(number + 1): without its reason" : nil
        }
    }

    /// The words are put together here, so that this file does not contain them.
    static let unfinished = Rule(name: "unfinished") { file in
        ["FIX" + "ME", "TO" + "DO"].filter { file.has($0) }.map { "has a \($0)" }
    }

    static let whitespace = Rule(name: "whitespace") { file in
        guard file.path.hasSuffix(".swift") else { return [] }
        var problems: [String] = []
        if file.has("\t") { problems.append("has a tab") }
        if !file.text.hasSuffix("\n") || file.text.hasSuffix("\n\n") {
            problems.append("does not end with one line end")
        }
        return problems
    }
}

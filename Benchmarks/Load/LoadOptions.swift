/// What a run is asked for.
struct LoadOptions: Sendable {
    var whip = ""
    var whep = ""
    var bearer: String?
    /// How many viewers there are in each step, one after the other.
    var steps = [1]
    var seconds = 5
    /// A step where the server has fallen behind is the last one.
    var stopsWhenBehind = false
    var viewersPerSocket = 64
    var sampled = 8
    /// Viewers that are on their way at once.
    var joining = 32
    var isPlain = false
    /// Whether the kernel may hand over a run of datagrams in one piece, as a network card does.
    var joinsRuns = true
    /// The server's process and the core it is alone on, to tell what it used.
    var serverPID: Int?
    var serverCore: Int?
    /// The core that we run on.
    var core: Int?

    static let usage = """
        relay-load --whip URL --whep URL [options]
        Publishes a show by WHIP, joins viewers by WHEP, and prints what they got: a JSON object a
        step.
          --viewers N[,N...]      viewers of each step (1)
          --seconds N             how long each step is measured (5)
          --stop-when-behind      no step after one where the server has fallen behind
          --server-pid N          the server's process, to tell CPU time and memory
          --server-core N         the core that it is alone on
          --core N                the core to run on
          --token TEXT            a bearer token
          --plain                 viewers without RTX and transport-wide feedback
          --split-runs            have the kernel split runs of datagrams for us
          --viewers-per-socket N  (64)
          --sampled N             viewers that open everything they get (8)
          --joining N             viewers that join at once (32)
        """

    init(_ words: [String]) throws {
        var rest = words[...]
        func value(_ word: String) throws -> String {
            guard let value = rest.popFirst() else { throw LoadProblem("\(word) needs a value") }
            return value
        }
        func number(_ word: String) throws -> Int {
            let text = try value(word)
            guard let number = Int(text), number >= 0, number <= 1 << 22 else {
                throw LoadProblem("\(word): '\(text)' is no number for it")
            }
            return number
        }
        while let word = rest.popFirst() {
            switch word {
            case "--whip": whip = try value(word)
            case "--whep": whep = try value(word)
            case "--token": bearer = try value(word)
            case "--viewers":
                steps = try value(word).split(separator: ",").map { part in
                    guard let count = Int(part), (1...LoadAudience.maximumViewers).contains(count)
                    else { throw LoadProblem("--viewers: '\(part)'") }
                    return count
                }
            case "--seconds": seconds = max(1, try number(word))
            case "--stop-when-behind": stopsWhenBehind = true
            case "--server-pid": serverPID = try number(word)
            case "--server-core": serverCore = try number(word)
            case "--core": core = try number(word)
            case "--plain": isPlain = true
            case "--split-runs": joinsRuns = false
            case "--viewers-per-socket": viewersPerSocket = max(1, try number(word))
            case "--sampled": sampled = try number(word)
            case "--joining": joining = max(1, try number(word))
            default: throw LoadProblem("'\(word)' is no option\n\(Self.usage)")
            }
        }
        guard !whip.isEmpty, !whep.isEmpty, !steps.isEmpty else { throw LoadProblem(Self.usage) }
    }
}

import Commerce
import Glibc
import Primitives

/// Measures reservations in a store through `perform`, and prints a JSON object a line.
///
/// - `store-bench fill ADDRESS SKUS` makes a catalogue of so many SKUs with stock that never ends.
/// - `store-bench pairs ADDRESS SKUS CLIENTS SECONDS [CONNECTIONS]` lets so many clients reserve
///   and confirm, shared out to threads with a connection each.
/// - `store-bench holds ADDRESS PAIRS COUNT...` measures pairs of one client while so many holds
///   are open.
/// - `store-bench hold ADDRESS COUNT` makes holds whose names are numbers.
@main
enum StoreBench {
    static func main() throws {
        let words = Array(CommandLine.arguments.dropFirst())
        let numbers = words.dropFirst(2).compactMap { Int($0) }
        guard words.count > 2, numbers.count == words.count - 2 else { return usage() }
        switch words[0] {
        case "fill": try Shop(words[1]).fill(skus: numbers[0])
        case "hold": try Shop(words[1]).hold(count: numbers[0])
        case "pairs" where numbers.count >= 3:
            let load = PairLoad(
                address: words[1], skus: numbers[0], clients: numbers[1], seconds: numbers[2],
                connections: numbers.count > 3 ? numbers[3] : 1)
            try load.run()
        case "holds" where numbers.count >= 2:
            try HoldGrowth(address: words[1], pairs: numbers[0], counts: Array(numbers[1...])).run()
        default: usage()
        }
    }

    private static func usage() {
        print("store-bench fill|hold|pairs|holds ADDRESS NUMBER...")
        exit(2)
    }
}

/// The time of a clock that only goes forwards, in nanoseconds.
func nanosecondsNow() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

func wallNow() -> WallClock {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return WallClock(
        millisecondsSince1970: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
}

/// What the process has used of all cores, in microseconds.
func processMicroseconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
}

import Commerce
internal import Glibc
import Primitives
import Synchronization

/// Clients that each reserve a unit and confirm it, again and again.
///
/// The clients of one connection hand in what they want together, as a gateway would: half of them
/// reserve while the others confirm.
struct PairLoad {
    let address: String
    let skus: Int
    let clients: Int
    let seconds: Int
    let connections: Int

    func run() throws {
        let tallies = Mutex<[Tally]>([])
        let failures = Mutex<[String]>([])
        var threads: [pthread_t] = []
        for number in 0..<connections {
            let share = clients / connections + (number < clients % connections ? 1 : 0)
            let seed = UInt64(number + 1)
            threads.append(
                try Self.start { [self] in
                    do {
                        let tally = try serve(share, seed: seed)
                        tallies.withLock { $0.append(tally) }
                    } catch {
                        failures.withLock { $0.append("\(error)") }
                    }
                })
        }
        for thread in threads { pthread_join(thread, nil) }
        if let failure = failures.withLock({ $0.first }) {
            print("store-bench: \(failure)")
            exit(1)
        }
        var all = Tally()
        for tally in tallies.withLock({ $0 }) { all.add(tally) }
        print(all.json(cpuMicroseconds: processMicroseconds()))
    }

    /// One connection with its clients.
    private func serve(_ clients: Int, seed: UInt64) throws -> Tally {
        let shop = try Shop(address)
        var random = SeededRandom(seed: seed)
        var held: [ReservationID?] = Array(repeating: nil, count: clients)
        var tally = Tally()
        let warm = nanosecondsNow() + 300_000_000
        let end = warm + Int64(seconds) * 1_000_000_000
        var round = 0
        while true {
            let now = wallNow()
            var requests: [ReservationRequest] = []
            requests.reserveCapacity(clients)
            var confirms = 0
            for client in 0..<clients {
                if let id = held[client] {
                    requests.append(ReservationRequest(.confirm(id)))
                    held[client] = nil
                    confirms += 1
                } else if round > 0 || client % 2 == 0 {
                    let sku = skus == 1 ? 0 : Int(random.next() % UInt64(skus))
                    let (id, request) = try shop.reserve(sku, at: now)
                    held[client] = id
                    requests.append(request)
                }
            }
            round += 1
            let start = nanosecondsNow()
            try shop.perform(requests, at: now)
            let stop = nanosecondsNow()
            guard stop >= warm else { continue }
            tally.add(nanoseconds: stop - start, requests: requests.count, confirms: confirms)
            if stop >= end { return tally.during(seconds: Double(stop - warm) / 1e9) }
        }
    }

    private static func start(_ body: @escaping @Sendable () -> Void) throws -> pthread_t {
        let box = Box(body)
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, unsafe Unmanaged.passRetained(box).toOpaque())
        guard code == 0 else { throw NoThread(code: code) }
        return thread
    }

    private struct NoThread: Error { let code: Int32 }

    private final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}

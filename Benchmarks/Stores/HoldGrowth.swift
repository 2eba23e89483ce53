import Commerce

/// What a pair costs while more and more holds of one SKU are open.
struct HoldGrowth {
    let address: String
    let pairs: Int
    let counts: [Int]

    private static let batch = 2000

    func run() throws {
        let shop = try Shop(address)
        var open = 0
        for count in counts {
            while open < count {
                let now = wallNow()
                let requests = try (0..<min(Self.batch, count - open)).map { _ in
                    try shop.reserve(0, at: now).1
                }
                try shop.perform(requests, at: now)
                open += requests.count
            }
            try measure(shop, open: open)
        }
    }

    /// A batch of reservations and then of their confirmations, as 50 clients would make them.
    private func measure(_ shop: Shop, open: Int) throws {
        var waits: [Int64] = []
        for _ in 0..<max(1, pairs / 50) {
            let now = wallNow()
            let asked = try (0..<50).map { _ in try shop.reserve(0, at: now) }
            let start = nanosecondsNow()
            try shop.perform(asked.map(\.1), at: now)
            try shop.perform(asked.map { ReservationRequest(.confirm($0.0)) }, at: now)
            waits.append((nanosecondsNow() - start) / 50)
        }
        waits.sort()
        print(
            """
            {"open": \(open), "pair_us": \(Double(waits[waits.count / 2]) / 1000), \
            "least_us": \(Double(waits[0]) / 1000)}
            """)
    }
}

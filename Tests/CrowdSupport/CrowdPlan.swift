package import Commerce

/// What a crowd of buyers is like. The same seed makes the same choices.
package struct CrowdPlan: Sendable {
    package var seed: UInt64
    /// Part of every name that it gives, so that crowds do not meet in names.
    package var name: String
    /// Of which there is far too little for everybody.
    package var hot: [SKUCode]
    /// Of which there is plenty: what holds pile up on.
    package var deep: [SKUCode]
    /// Requests that are handed to the store at once.
    package var batch = 8
    package var catalogue = CatalogueName.standard
    /// Between two batches, in milliseconds.
    package var pause: Int32 = 0
    package var holdTime: Duration = .seconds(10)
    /// In a hundred, how many requests are about the waitlist.
    package var waits = 0

    package init(seed: UInt64, name: String, hot: [SKUCode], deep: [SKUCode]) {
        self.seed = seed
        self.name = name
        self.hot = hot
        self.deep = deep
    }
}

/// The plan as a program is told it.
extension CrowdPlan {
    package var arguments: [String] {
        [
            "seed=\(seed)", "name=\(name)", "batch=\(batch)", "waits=\(waits)", "pause=\(pause)",
            "catalogue=\(catalogue)", "hold=\(holdTime.components.seconds)",
            "hot=\(hot.map(\.text).joined(separator: ","))",
            "deep=\(deep.map(\.text).joined(separator: ","))",
        ]
    }

    package init(arguments: [String]) throws {
        self.init(seed: 0, name: "", hot: [], deep: [])
        for argument in arguments {
            let words = argument.split(separator: "=", maxSplits: 1).map(String.init)
            let value = words.count > 1 ? words[1] : ""
            switch words.first {
            case "seed": seed = UInt64(value) ?? 0
            case "name": name = value
            case "batch": batch = Int(value) ?? batch
            case "waits": waits = Int(value) ?? waits
            case "pause": pause = Int32(value) ?? pause
            case "hold": holdTime = .seconds(Int(value) ?? 10)
            case "catalogue": catalogue = try CatalogueName(value)
            case "hot": hot = try value.split(separator: ",").map { try SKUCode(String($0)) }
            case "deep": deep = try value.split(separator: ",").map { try SKUCode(String($0)) }
            default: break
            }
        }
    }
}

import Primitives

/// What a replay can do without, as its owner says it.
package struct TrimSettings: Sendable, Hashable {
    /// What must hold of a stretch so that it can go. Of black and freeze one is enough.
    package enum Sign: String, Sendable, Hashable, CaseIterable {
        case black
        case silence
        case freeze
        /// Nothing happens to a product.
        case events
        /// What lies before the first event and after the last, whatever is seen and heard.
        case ends
    }

    package var signs: [Sign]
    /// What is not louder is silence, in decibels of full scale.
    package var silenceDecibels: Int
    /// Shorter stretches stay.
    package var shortest: Duration
    /// How much of each stretch stays, so that nobody is cut off in mid-breath.
    package var keptPause: Duration
    /// How much stays before the first event and after the last.
    package var keptEnds: Duration

    package enum Limits {
        package static let decibels = -120 ... -10
        /// Around an event that happens to a product.
        static let eventMicroseconds: Int64 = 2_000_000
        /// Stretches that one run can take out.
        package static let stretches = 10_000
    }

    package init(
        signs: [Sign], silenceDecibels: Int, shortest: Duration, keptPause: Duration,
        keptEnds: Duration
    ) {
        self.signs = signs
        self.silenceDecibels = silenceDecibels
        self.shortest = shortest
        self.keptPause = keptPause
        self.keptEnds = keptEnds
    }

    package static let standard = TrimSettings(
        signs: [.black, .silence, .freeze, .events, .ends], silenceDecibels: -50,
        shortest: .seconds(2), keptPause: .milliseconds(500), keptEnds: .seconds(3))

    func has(_ sign: Sign) -> Bool { signs.contains(sign) }

    /// The kinds of stillness that count; none where the picture doesn't matter.
    package var stillnesses: [Stillness] {
        (has(.black) ? [.black] : []) + (has(.freeze) ? [.freeze] : [])
    }

    package var needsSound: Bool { has(.silence) }
}

extension Duration {
    var wholeMicroseconds: Int64 { wholeNanoseconds / 1000 }
}

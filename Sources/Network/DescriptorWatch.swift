/// What a descriptor is ready for, or is watched for.
package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    package static let readable = Readiness(rawValue: 1)
    package static let writable = Readiness(rawValue: 2)
    /// It failed or was hung up; told whether asked for or not.
    package static let closed = Readiness(rawValue: 4)
}

/// A descriptor that a loop watches, until it is cancelled. For the loop's thread only.
///
/// It is cancelled before its descriptor is closed.
package final class DescriptorWatch {
    let descriptor: Int32
    let slot: Int
    private let generation: UInt32
    private weak var loop: EventLoop?
    private var callback: ((Readiness) -> Void)?
    package private(set) var interest: Readiness

    init(
        loop: EventLoop, descriptor: Int32, slot: Int, generation: UInt32, interest: Readiness,
        callback: @escaping (Readiness) -> Void
    ) {
        self.loop = loop
        self.descriptor = descriptor
        self.slot = slot
        self.generation = generation
        self.interest = interest
        self.callback = callback
    }

    var token: UInt64 { UInt64(generation) << 32 | UInt64(slot) }

    package func set(_ interest: Readiness) {
        guard callback != nil, interest != self.interest else { return }
        self.interest = interest
        loop?.change(self, to: interest)
    }

    package func cancel() {
        guard let callback else { return }
        // What the callback holds may cancel this again when it goes.
        withExtendedLifetime(callback) {
            self.callback = nil
            loop?.remove(self)
        }
    }

    func call(_ readiness: Readiness) { callback?(readiness) }
}

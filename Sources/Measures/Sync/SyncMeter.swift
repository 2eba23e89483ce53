package import Primitives

/// How far sound and picture are apart: flashes and chirps that belong together, by when each was
/// seen and heard.
package struct SyncMeter: Sendable {
    package enum Limits {
        /// Half of what lies between two flashes: what is nearer belongs together.
        package static let apart: Duration = .milliseconds(500)
        static let pending = 8
    }

    private var flashes: [Instant] = []
    private var chirps: [Instant] = []

    package init() {}

    package mutating func flash(at instant: Instant, into set: inout MeasureSet) {
        if let place = Self.partner(of: instant, in: chirps) {
            Self.tell(flash: instant, chirp: chirps.remove(at: place), into: &set)
        } else {
            Self.keep(instant, in: &flashes)
        }
    }

    package mutating func chirp(at instant: Instant, into set: inout MeasureSet) {
        if let place = Self.partner(of: instant, in: flashes) {
            Self.tell(flash: flashes.remove(at: place), chirp: instant, into: &set)
        } else {
            Self.keep(instant, in: &chirps)
        }
    }

    private static func partner(of instant: Instant, in others: [Instant]) -> Int? {
        var best: (place: Int, distance: Int64)?
        for (place, other) in others.enumerated() {
            let distance = abs(other.nanoseconds - instant.nanoseconds)
            if distance < best?.distance ?? Limits.apart.wholeNanoseconds {
                best = (place, distance)
            }
        }
        return best?.place
    }

    private static func keep(_ instant: Instant, in pending: inout [Instant]) {
        if pending.count == Limits.pending { pending.removeFirst() }
        pending.append(instant)
    }

    private static func tell(flash: Instant, chirp: Instant, into set: inout MeasureSet) {
        let lead = (chirp - flash).wholeMicroseconds
        set.add(lead, to: .avLead)
        set.add(abs(lead), to: .avOffset)
    }
}

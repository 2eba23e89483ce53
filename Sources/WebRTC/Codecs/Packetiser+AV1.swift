import Primitives

/// AV1: units without their sizes, put together and cut ("RTP Payload Format For AV1" 1.0).
extension Packetiser {
    /// A fragment shorter than this isn't begun at the end of a payload.
    private static let shortestFragment = 8

    mutating func packetiseAV1(
        _ frame: Span<UInt8>, limit: Int, emit: (Span<UInt8>, Bool) -> Void
    ) throws(PacketiserProblem) {
        let hasSequence = try planAV1(frame)
        guard !units.isEmpty else { return }
        let room = evenRoom(frame, limit) - 1
        var fill = AV1Fill(beginsSequence: hasSequence)
        scratch.removeAll(keepingCapacity: true)
        scratch.append(0)
        for index in units.indices {
            let element = AV1Element(frame.extracting(units[index].range))
            var place = 0
            while place < element.count {
                let left = room - (scratch.count - 1)
                let rest = element.count - place
                if rest + AV1Number.width(of: rest) <= left {
                    fill.willAppend(rest, to: &scratch)
                    element.append(place..<element.count, of: frame, units[index], to: &scratch)
                    place = element.count
                } else if scratch.count == 1 || left >= Self.shortestFragment {
                    let part = left - AV1Number.width(of: left)
                    fill.willAppend(part, to: &scratch)
                    element.append(place..<place + part, of: frame, units[index], to: &scratch)
                    place += part
                    fill.finish(&scratch, leavesOpen: true)
                    emit(scratch.span, false)
                    fill.begin(&scratch, continues: true)
                } else {
                    fill.finish(&scratch, leavesOpen: false)
                    emit(scratch.span, false)
                    fill.begin(&scratch, continues: false)
                }
            }
        }
        if scratch.count > 1 {
            fill.finish(&scratch, leavesOpen: false)
            emit(scratch.span, true)
        }
    }

    /// Finds the units that travel; gives whether there is a sequence header.
    private mutating func planAV1(_ frame: Span<UInt8>) throws(PacketiserProblem) -> Bool {
        units.removeAll(keepingCapacity: true)
        var hasSequence = false
        var place = 0
        while place < frame.count {
            let rest = frame.extracting(place..<frame.count)
            guard let header = AV1UnitHeader(rest) else { throw .malformedUnit(at: place) }
            var end = frame.count
            if header.hasSize {
                guard let (size, width) = AV1Number.read(rest, at: header.length),
                    size <= rest.count - header.length - width
                else { throw .malformedUnit(at: place) }
                end = place + header.length + width + size
            }
            if header.type == AV1UnitType.sequenceHeader { hasSequence = true }
            if header.travels {
                guard units.count < Self.maximumUnitCount else { throw .tooManyUnits }
                units.append(PlacedUnit(range: place..<end, parameterSet: nil, role: .other))
            }
            place = end
        }
        return hasSequence
    }

    /// The size that payloads are filled to, so that all are nearly of one size.
    private func evenRoom(_ frame: Span<UInt8>, _ limit: Int) -> Int {
        var total = 0
        for unit in units {
            let element = AV1Element(frame.extracting(unit.range))
            total += element.count + AV1Number.width(of: element.count)
        }
        // The aggregation header, and the length of a fragment.
        return min(limit, Self.pieceSize(total, limit: limit - 4) + 4)
    }
}

/// A unit as it travels: its header without the size, and its content.
private struct AV1Element {
    private let header: AV1UnitHeader?
    private let contentStart: Int
    let count: Int

    init(_ unit: Span<UInt8>) {
        let header = AV1UnitHeader(unit)
        self.header = header
        let length = header?.length ?? 0
        var start = length
        if let header, header.hasSize, let number = AV1Number.read(unit, at: length) {
            start += number.width
        }
        contentStart = start
        count = length + unit.count - start
    }

    func append(
        _ part: Range<Int>, of frame: Span<UInt8>, _ unit: PlacedUnit, to bytes: inout [UInt8]
    ) {
        let length = header?.length ?? 0
        let start = unit.range.lowerBound
        for place in part.clamped(to: 0..<length) {
            // Bit 1 is obu_has_size_field.
            bytes.append(place == 0 ? frame[start] & ~0x02 : frame[start + place])
        }
        let content = part.clamped(to: length..<count)
        let shift = start + contentStart - length
        bytes.append(frame.extracting(content.lowerBound + shift..<content.upperBound + shift))
    }
}

/// The payload being filled: each element is written with its length, and the last one's is taken
/// out again where the count of elements fits into the header.
private struct AV1Fill {
    private var elements = 0
    private var lastStart = 0
    private var lastWidth = 0
    private var continues = false
    private var beginsSequence: Bool

    init(beginsSequence: Bool) {
        self.beginsSequence = beginsSequence
    }

    mutating func begin(_ scratch: inout [UInt8], continues: Bool) {
        scratch.removeAll(keepingCapacity: true)
        scratch.append(0)
        self.continues = continues
        elements = 0
        beginsSequence = false
    }

    mutating func willAppend(_ count: Int, to scratch: inout [UInt8]) {
        lastStart = scratch.count
        AV1Number.append(count, to: &scratch)
        lastWidth = scratch.count - lastStart
        elements += 1
    }

    mutating func finish(_ scratch: inout [UInt8], leavesOpen: Bool) {
        if elements <= 3 { scratch.removeSubrange(lastStart..<lastStart + lastWidth) }
        scratch[0] =
            AV1Aggregation(
                continuesUnit: continues, leavesUnitOpen: leavesOpen,
                elementCount: elements <= 3 ? elements : 0, beginsSequence: beginsSequence
            ).byte
    }
}

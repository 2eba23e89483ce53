import Primitives

/// AV1: a temporal unit whose units have their sizes again ("RTP Payload Format For AV1" 1.0).
extension Depacketiser {
    mutating func takeAV1(_ payload: Span<UInt8>) -> Bool {
        guard let aggregation = AV1Aggregation(payload), payload.count > 1,
            aggregation.continuesUnit == !openUnit.isEmpty
        else { return false }
        var walk = AV1ElementWalk(aggregation)
        do {
            while let range = try walk.next(in: payload) {
                let isFirst = walk.passed == 1
                let staysOpen = walk.isAtEnd(of: payload) && aggregation.leavesUnitOpen
                let element = payload.extracting(range)
                if staysOpen || isFirst && aggregation.continuesUnit {
                    guard takeAV1Part(element, staysOpen: staysOpen) else { return false }
                } else if !element.isEmpty {
                    guard takeAV1Unit(element) else { return false }
                }
            }
        } catch {
            return false
        }
        return true
    }

    private mutating func takeAV1Part(_ part: Span<UInt8>, staysOpen: Bool) -> Bool {
        guard part.count <= buffer.limit - openUnit.count else { return false }
        openUnit.append(part)
        if staysOpen { return !openUnit.isEmpty }
        // Taken out for the call, so that its memory is used again.
        var unit: [UInt8] = []
        swap(&unit, &openUnit)
        let isTaken = takeAV1Unit(unit.span)
        unit.removeAll(keepingCapacity: true)
        swap(&unit, &openUnit)
        return isTaken
    }

    private mutating func takeAV1Unit(_ unit: Span<UInt8>) -> Bool {
        guard let header = AV1UnitHeader(unit) else { return false }
        guard header.travels else { return true }
        var start = header.length
        if header.hasSize {
            // A sender may leave the size in; it must be that of the element.
            guard let (size, width) = AV1Number.read(unit, at: start),
                size == unit.count - start - width
            else { return false }
            start += width
        }
        let content = unit.extracting(start..<unit.count)
        switch header.type {
        case AV1UnitType.sequenceHeader: progress?.hasSequence = true
        case AV1UnitType.frame, AV1UnitType.frameHeader:
            if progress?.hasPicture == false {
                progress?.hasPicture = true
                progress?.hasPredictedSlice = !AV1Header.isKeyframe(content)
            }
        default: break
        }
        return Self.append(unit, header, content, to: &buffer)
    }

    private static func append(
        _ unit: Span<UInt8>, _ header: AV1UnitHeader, _ content: Span<UInt8>,
        to buffer: inout FrameBuffer
    ) -> Bool {
        guard buffer.append(unit[0] | 0x02) else { return false }
        if header.length == 2, !buffer.append(unit[1]) { return false }
        return buffer.appendNumber(content.count) && buffer.append(content)
    }
}

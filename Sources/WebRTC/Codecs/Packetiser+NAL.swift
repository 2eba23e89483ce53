import Primitives

/// H.264 and H.265: small units are put together, large ones cut.
extension Packetiser {
    mutating func packetiseNAL(
        _ frame: Span<UInt8>, limit: Int, emit: (Span<UInt8>, Bool) -> Void
    ) throws(PacketiserProblem) {
        let isPlanned: Bool
        do {
            isPlanned = try plan(frame)
        } catch {
            throw .notUnits(error)
        }
        guard isPlanned else { throw .tooManyUnits }
        let syntax = parameterSets.syntax
        var index = 0
        while index < units.count {
            if units[index].count > limit {
                let isLastUnit = index + 1 == units.count
                cut(units[index], of: frame, limit, isLastUnit: isLastUnit, emit: emit)
                index += 1
                continue
            }
            var end = index + 1
            var size = syntax.headerLength + 2 + units[index].count
            while end < units.count, size + 2 + units[end].count <= limit {
                size += 2 + units[end].count
                end += 1
            }
            scratch.removeAll(keepingCapacity: true)
            if end == index + 1 {
                append(units[index], of: frame)
            } else {
                aggregate(index..<end, of: frame)
            }
            emit(scratch.span, end == units.count)
            index = end
        }
    }

    /// Finds the units that travel; false where there are too many of them.
    private mutating func plan(_ frame: Span<UInt8>) throws(NALProblem) -> Bool {
        let syntax = parameterSets.syntax
        units.removeAll(keepingCapacity: true)
        var hasKeySlice = false
        var present = (video: syntax == .h264, sequence: false, picture: false)
        var walk = NALWalk(framing)
        while let range = try walk.next(in: frame) {
            guard range.count >= syntax.headerLength else { continue }
            let role = syntax.role(of: syntax.type(firstByte: frame[range.lowerBound]))
            switch role {
            case .delimiter, .filler, .unusable: continue
            case .keySlice: hasKeySlice = true
            case .videoParameters: present.video = true
            case .sequenceParameters: present.sequence = true
            case .pictureParameters: present.picture = true
            case .slice, .other: break
            }
            if role.isParameterSet { parameterSets.keep(frame.extracting(range)) }
            guard units.count < Self.maximumUnitCount else { return false }
            units.append(PlacedUnit(range: range, parameterSet: nil, role: role))
        }
        guard repeatsParameterSets, hasKeySlice else { return true }
        return insertMissing(present)
    }

    private mutating func insertMissing(
        _ present: (video: Bool, sequence: Bool, picture: Bool)
    ) -> Bool {
        guard units.count + parameterSets.count <= Self.maximumUnitCount else { return false }
        for index in 0..<parameterSets.count {
            let role = parameterSets.role(at: index)
            let isPresent =
                switch role {
                case .videoParameters: present.video
                case .sequenceParameters: present.sequence
                default: present.picture
                }
            guard !isPresent else { continue }
            let range = 0..<parameterSets[index].count
            units.insert(
                PlacedUnit(range: range, parameterSet: index, role: role), at: place(for: role))
        }
        return true
    }

    /// Behind the sets that a set refers to, and before everything else.
    private func place(for role: NALRole) -> Int {
        var place = 0
        for (index, unit) in units.enumerated() {
            if unit.role.isPicture { break }
            if unit.role.isParameterSet, unit.role.rank <= role.rank { place = index + 1 }
        }
        return place
    }

    private func firstBytes(of unit: PlacedUnit, in frame: Span<UInt8>) -> (UInt8, UInt8) {
        // A unit of H.264 may be a single byte: its second one is not looked at.
        if let index = unit.parameterSet {
            let bytes = parameterSets[index]
            return (bytes[0], bytes.count > 1 ? bytes[1] : 0)
        }
        let start = unit.range.lowerBound
        return (frame[start], unit.count > 1 ? frame[start + 1] : 0)
    }

    private mutating func append(_ unit: PlacedUnit, of frame: Span<UInt8>) {
        append(unit, 0..<unit.count, of: frame)
    }

    private mutating func append(_ unit: PlacedUnit, _ part: Range<Int>, of frame: Span<UInt8>) {
        if let index = unit.parameterSet {
            scratch.append(parameterSets[index].span.extracting(part))
        } else {
            let start = unit.range.lowerBound
            scratch.append(
                frame.extracting(start + part.lowerBound..<start + part.upperBound))
        }
    }

    /// STAP-A, or an aggregation packet of H.265.
    private mutating func aggregate(_ group: Range<Int>, of frame: Span<UInt8>) {
        switch parameterSets.syntax {
        case .h264:
            var header = H264Aggregation()
            for index in group { header.add(firstBytes(of: units[index], in: frame).0) }
            scratch.append(header.byte)
        case .h265:
            var header = H265Aggregation()
            for index in group {
                let (first, second) = firstBytes(of: units[index], in: frame)
                header.add(first, second)
            }
            scratch.append(header.first)
            scratch.append(header.second)
        }
        for index in group {
            let unit = units[index]
            scratch.append(UInt8(truncatingIfNeeded: unit.count >> 8))
            scratch.append(UInt8(truncatingIfNeeded: unit.count))
            append(unit, of: frame)
        }
    }

    /// Fragmentation units, of one size.
    private mutating func cut(
        _ unit: PlacedUnit, of frame: Span<UInt8>, _ limit: Int, isLastUnit: Bool,
        emit: (Span<UInt8>, Bool) -> Void
    ) {
        let syntax = parameterSets.syntax
        let (first, second) = firstBytes(of: unit, in: frame)
        let header = syntax.headerLength
        let size = Self.pieceSize(unit.count - header, limit: limit - header - 1)
        var place = header
        while place < unit.count {
            let end = min(place + size, unit.count)
            scratch.removeAll(keepingCapacity: true)
            let flags: UInt8 = (place == header ? 0x80 : 0) | (end == unit.count ? 0x40 : 0)
            switch syntax {
            case .h264:
                scratch.append(first & 0xE0 | H264PayloadType.fragmentA)
                scratch.append(flags | first & 0x1F)
            case .h265:
                scratch.append(first & 0x81 | H265PayloadType.fragment << 1)
                scratch.append(second)
                scratch.append(flags | syntax.type(firstByte: first))
            }
            append(unit, place..<end, of: frame)
            emit(scratch.span, isLastUnit && end == unit.count)
            place = end
        }
    }
}

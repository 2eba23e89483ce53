import HTTP
import Playlists
import Primitives

/// What a player loads next of a media playlist, and when: it joins near the live edge and goes on
/// from piece to piece, or from part to part.
struct HLSCourse: Sendable {
    enum Limits {
        /// How far behind the edge playing begins, where the server doesn't say it: in targets.
        static let holdBackTargets = 3
        static let leastReload: Duration = .milliseconds(100)
    }

    enum Step: Sendable, Equatable {
        case piece(PieceWish)
        /// There is nothing new as yet.
        case wait
        /// All has been given that will ever be.
        case ended
        /// A piece is named by what is no URL.
        case unnameable(PieceName)
    }

    /// Where the playlist was found in the end.
    private(set) var url: URL
    private(set) var playlist: MediaPlaylist?
    private var last: PieceName?
    /// When what was given last ends, by the playlist's dates.
    private var lastEnd: WallClock?
    private var isBroken = true
    private var isConsecutive = false
    private var hasJoined = false
    private var reloadDue: Instant?

    init(url: URL) {
        self.url = url
    }

    // MARK: playlists

    /// A playlist has come that was asked for at `asked`.
    mutating func take(
        _ playlist: MediaPlaylist, from url: URL, isNew: Bool, asked: Instant, now: Instant
    ) {
        // Numbers that jump say nothing of what lies between.
        if let old = self.playlist, playlist.mediaSequence > old.nextSequence { rejoin() }
        self.url = url
        self.playlist = playlist
        // A server that began anew counts from the beginning.
        if let last {
            // Of a piece that is not whole yet there may be parts.
            let next = playlist.nextSequence
            if next < last.sequence || next == last.sequence && last.part == nil { rejoin() }
        }
        let target = playlist.partTarget ?? playlist.targetDuration
        if playlist.isEnded {
            reloadDue = nil
        } else if isNew {
            reloadDue = canBlock ? now : max(asked + target, now + Limits.leastReload)
        } else {
            reloadDue = now + max(target / 2, Limits.leastReload)
        }
    }

    /// A playlist could not be loaded.
    mutating func postpone(now: Instant) {
        let target = playlist?.targetDuration ?? .seconds(2)
        reloadDue = now + max(target / 2, Limits.leastReload)
    }

    private var canBlock: Bool { playlist?.control.canBlockReload ?? false }

    /// When to load the playlist again; nil where it has ended.
    var due: Instant? { reloadDue }

    /// What a reload waits for, of a server that can wait.
    var awaited: PieceName? {
        guard canBlock, let playlist, !playlist.isEnded else { return nil }
        return PieceName(
            sequence: playlist.nextSequence,
            part: playlist.partTarget == nil ? nil : playlist.openParts.count)
    }

    /// The playlist's address, with what is waited for.
    var reloadURL: URL {
        guard let awaited else { return url }
        var query = "_HLS_msn=\(awaited.sequence)"
        if let part = awaited.part { query += "&_HLS_part=\(part)" }
        let plain = url.withoutFragment
        let text = plain.text + (plain.query == nil ? "?" : "&") + query
        return (try? URL(parsing: text)) ?? plain
    }

    // MARK: pieces

    /// What comes after what was given last; `pieces` that are gone are told.
    mutating func next(_ remarks: inout HLSRemarks) -> Step {
        guard let playlist else { return .wait }
        while true {
            guard let last else { return join(playlist) }
            var name = Self.follower(of: last, in: playlist)
            if let first = playlist.pieces.first?.sequence, let wanted = name,
                wanted.sequence < first
            {
                remarks.add(
                    .pieceMissed, "sequence=\(wanted.sequence) first=\(first)",
                    count: first - wanted.sequence)
                rejoin()
                continue
            }
            if name == nil, playlist.isEnded { return .ended }
            guard let found = name else { return .wait }
            name = nil
            switch give(found, of: playlist, startsAt: nil) {
            case .some(let step): return step
            case .none: continue
            }
        }
    }

    /// What was given could not be loaded: playing goes on behind it.
    mutating func skip() {
        isConsecutive = false
    }

    private mutating func rejoin() {
        last = nil
        lastEnd = nil
        isBroken = true
        isConsecutive = false
    }

    /// What follows a piece or a part, where the playlist has it; else what it would be called if
    /// the playlist has gone past it.
    private static func follower(
        of last: PieceName, in playlist: MediaPlaylist
    ) -> PieceName? {
        if let part = last.part, let parts = parts(of: last.sequence, in: playlist) {
            if parts.count > part + 1 {
                return PieceName(sequence: last.sequence, part: part + 1)
            }
            // A piece that isn't whole yet may get more of them.
            if last.sequence == playlist.nextSequence { return nil }
        }
        let sequence = last.sequence + 1
        guard sequence <= playlist.nextSequence else { return nil }
        if playlist.partTarget != nil, let parts = parts(of: sequence, in: playlist),
            !parts.isEmpty
        {
            return PieceName(sequence: sequence, part: 0)
        }
        return sequence < playlist.nextSequence ? PieceName(sequence: sequence, part: nil) : nil
    }

    private static func piece(_ sequence: Int64, of playlist: MediaPlaylist) -> Piece? {
        guard let first = playlist.pieces.first?.sequence, sequence >= first,
            sequence - first < playlist.pieces.count
        else { return nil }
        return playlist.pieces[Int(sequence - first)]
    }

    private static func parts(of sequence: Int64, in playlist: MediaPlaylist) -> [Part]? {
        if let piece = piece(sequence, of: playlist) { return piece.parts }
        return sequence == playlist.nextSequence ? playlist.openParts : nil
    }

    /// Gives a piece or a part out; nil where there is nothing in it to be loaded.
    private mutating func give(
        _ name: PieceName, of playlist: MediaPlaylist, startsAt: Duration?
    ) -> Step? {
        let piece = Self.piece(name.sequence, of: playlist)
        let part = name.part.flatMap { number -> Part? in
            let parts = Self.parts(of: name.sequence, in: playlist) ?? []
            return parts.indices.contains(number) ? parts[number] : nil
        }
        guard let address = part?.address ?? piece?.address,
            let duration = part?.duration ?? piece?.duration
        else { return .wait }
        let isFirst = (name.part ?? 0) == 0
        let hasBreak =
            isFirst && (piece?.isDiscontinuous ?? part?.isDiscontinuous ?? false)
        let date = date(of: name, piece, part, playlist) ?? (hasBreak ? nil : lastEnd)
        last = name
        lastEnd = date.map { $0 + duration }
        if hasBreak { isBroken = true }
        guard !(part?.isGap ?? piece?.isGap ?? false) else {
            isConsecutive = false
            return nil
        }
        let map = part?.map ?? piece?.map
        guard let source = resolve(address), let mapSource = map.map(resolve) ?? .some(nil) else {
            isConsecutive = false
            return .unnameable(name)
        }
        let isIndependent =
            part.map { $0.isIndependent || isFirst && playlist.isIndependent }
            ?? playlist.isIndependent
        defer { (isBroken, isConsecutive) = (false, true) }
        return .piece(
            PieceWish(
                name: name, source: source, map: mapSource, duration: duration, date: date,
                isIndependent: isIndependent, isBroken: isBroken, isConsecutive: isConsecutive,
                startsAt: startsAt))
    }

    private func resolve(_ address: PieceAddress) -> PieceWish.Source? {
        guard let whole = try? url.resolving(address.uri), whole.isHTTP else { return nil }
        return PieceWish.Source(url: whole.withoutFragment, range: address.range)
    }

    private func date(
        of name: PieceName, _ piece: Piece?, _ part: Part?, _ playlist: MediaPlaylist
    ) -> WallClock? {
        guard let number = name.part else { return piece?.date }
        let parts = Self.parts(of: name.sequence, in: playlist) ?? []
        guard let start = piece?.date ?? parts.first?.date else { return nil }
        return parts.prefix(number).reduce(start) { $0 + $1.duration }
    }

    // MARK: the beginning

    /// Where a player begins: from the first piece of what has ended, else behind the edge by what
    /// the server says, or by three target durations.
    private mutating func join(_ playlist: MediaPlaylist) -> Step {
        let units = Self.units(of: playlist)
        guard let first = units.first else { return playlist.isEnded ? .ended : .wait }
        let total = units.reduce(Duration.zero) { $0 + $1.duration }
        let start = playlist.isEnded ? .zero : max(.zero, total - Self.holdBack(playlist))
        var place = Duration.zero
        var chosen = (unit: first, place: Duration.zero)
        for unit in units where place <= start {
            if unit.isEntry { chosen = (unit, place) }
            place += unit.duration
        }
        lastEnd = Self.date(at: chosen.unit.name, in: playlist)
        let offset = hasJoined ? nil : start - chosen.place
        hasJoined = true
        return give(chosen.unit.name, of: playlist, startsAt: offset) ?? .wait
    }

    private static func holdBack(_ playlist: MediaPlaylist) -> Duration {
        if let target = playlist.partTarget {
            return playlist.control.partHoldBack ?? target * Limits.holdBackTargets
        }
        return playlist.control.holdBack ?? playlist.targetDuration * Limits.holdBackTargets
    }

    private struct Unit {
        let name: PieceName
        let duration: Duration
        /// Decoding can begin here.
        let isEntry: Bool
    }

    private static func units(of playlist: MediaPlaylist) -> [Unit] {
        var units: [Unit] = []
        let usesParts = playlist.partTarget != nil
        func add(_ parts: [Part], _ sequence: Int64) {
            for (number, part) in parts.enumerated() {
                units.append(
                    Unit(
                        name: PieceName(sequence: sequence, part: number),
                        duration: part.duration,
                        isEntry: (part.isIndependent || number == 0) && !part.isGap))
            }
        }
        for piece in playlist.pieces {
            if usesParts, !piece.parts.isEmpty {
                add(piece.parts, piece.sequence)
            } else {
                units.append(
                    Unit(
                        name: PieceName(sequence: piece.sequence, part: nil),
                        duration: piece.duration, isEntry: !piece.isGap))
            }
        }
        if usesParts { add(playlist.openParts, playlist.nextSequence) }
        return units
    }

    /// When a piece begins by the dates of those before it.
    private static func date(at name: PieceName, in playlist: MediaPlaylist) -> WallClock? {
        var date: WallClock?
        for piece in playlist.pieces {
            if piece.isDiscontinuous { date = nil }
            date = piece.date ?? date
            if piece.sequence == name.sequence {
                return piece.parts.prefix(name.part ?? 0).reduce(date) { start, part in
                    start.map { $0 + part.duration }
                }
            }
            date = date.map { $0 + piece.duration }
        }
        return playlist.openParts.prefix(name.part ?? 0).reduce(date) { start, part in
            start.map { $0 + part.duration }
        }
    }
}

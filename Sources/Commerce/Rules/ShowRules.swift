extension Ledger {
    package mutating func createShow(_ id: ShowID, _ details: ShowDetails) throws -> Show {
        _ = try requireCatalogue()
        guard try show(id) == nil else { throw CommerceError.showExists(id) }
        try append(.showCreated(id, details), concerning: [id])
        return Show(id: id, details: details)
    }

    package mutating func setShow(
        _ id: ShowID, _ details: ShowDetails
    ) throws -> (Show, Outcome) {
        var show = try requireShow(id)
        guard show.details != details else { return (show, .unchanged) }
        show.details = details
        try append(.showChanged(id, details), concerning: [id])
        return (show, .configured)
    }

    package mutating func startShow(_ id: ShowID) throws -> Show {
        var show = try requireShow(id)
        switch show.state {
        case .scheduled: break
        case .live: throw CommerceError.showIsLive(id)
        case .ended: throw CommerceError.showHasEnded(id)
        }
        show.state = .live(since: now)
        try append(.showStarted(id), concerning: [id])
        return show
    }

    /// The end of a show takes its pin and its flashes with it.
    package mutating func endShow(_ id: ShowID) throws -> Show {
        var show = try requireShow(id)
        switch show.state {
        case .scheduled: throw CommerceError.showNotLive(id)
        case .ended: throw CommerceError.showHasEnded(id)
        case .live(let since): show.state = .ended(from: since, to: now)
        }
        try append(.showEnded(id), concerning: [id])
        return show
    }

    package mutating func deleteShow(_ id: ShowID) throws -> Show {
        let show = try requireShow(id)
        guard !show.state.isLive else { throw CommerceError.showIsLive(id) }
        try append(.showDeleted(id), concerning: [id])
        return show
    }

    /// A show whose rail and overlay may still change.
    func requireOpenShow(_ id: ShowID) throws -> Show {
        let show = try requireShow(id)
        guard !show.state.isEnded else { throw CommerceError.showHasEnded(id) }
        return show
    }
}

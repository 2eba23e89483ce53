import Commerce

/// What came of one request.
enum ReservationOutcome {
    case done(ReservationAnswer)
    /// A rule said no, or the store cannot; asking again changes nothing.
    case refused(any Error)
    /// Not run; it may be asked again at once.
    case again
    case missing(ScriptSet.Kind)
    case stale
    case frozen
    case failed(RedisFailure)
}

/// Requests on their way, and what has become of each.
struct ReservationRound {
    let requests: [ReservationRequest]
    let catalogue: CatalogueName
    private var results: [Result<ReservationAnswer, any Error>?]
    /// Those that were sent and not answered: they may have run.
    private var mayHaveRun: [Bool]
    private var open: [Int]
    /// What was in the way last.
    private(set) var trouble: RedisTrouble?
    /// Something was not run and is asked again.
    private(set) var isRepeated = false

    init(_ requests: [ReservationRequest], in catalogue: CatalogueName) {
        self.requests = requests
        self.catalogue = catalogue
        results = Array(repeating: nil, count: requests.count)
        mayHaveRun = Array(repeating: false, count: requests.count)
        open = Array(requests.indices)
    }

    var isDone: Bool { open.isEmpty }

    /// The next ones, up to the first that is about a reservation that one before it is about:
    /// where that has to be asked again, this one must not have overtaken it.
    func nextIndices(limit: Int) -> ArraySlice<Int> {
        var seen: Set<String> = []
        for (place, index) in open.enumerated() {
            if place == limit { return open[..<place] }
            if let name = requests[index].verb.subject, !seen.insert(name).inserted {
                return open[..<place]
            }
        }
        return open[...]
    }

    /// Whether it is done, or may be asked again without a pause.
    mutating func take(
        _ outcome: ReservationOutcome, at index: Int, _ shortfall: RedisTrouble?, server: String
    ) -> Bool {
        switch outcome {
        case .done(let answer):
            if let shortfall, requests[index].verb.isSale {
                // It was done; that too few replicas have it makes it no better than unanswered.
                mayHaveRun[index] = true
                trouble = shortfall
                return false
            }
            close(index, .success(answer))
        case .refused(let error): close(index, .failure(error))
        case .again, .missing, .stale, .frozen: isRepeated = true
        case .failed(let failure):
            trouble = failure.trouble
            switch failure {
            case .unknown: mayHaveRun[index] = true
            case .notSent: break
            case .refused: close(index, .failure(StoreError(failure, server: server)))
            }
            return false
        }
        return true
    }

    private mutating func close(_ index: Int, _ result: Result<ReservationAnswer, any Error>) {
        // That the store cannot do it now says nothing of an earlier try that was not answered.
        if mayHaveRun[index], case .failure(let error as StoreError) = result {
            results[index] = .failure(error.afterDoubt(trouble))
        } else {
            results[index] = result
        }
    }

    /// Takes those out that are answered.
    mutating func compact() {
        open.removeAll { results[$0] != nil }
    }

    /// Nothing more is tried. What may have run is unknown, whatever the reason is.
    mutating func failOpen(_ error: StoreError, server: String) {
        for index in open {
            let isUnknown = mayHaveRun[index]
            results[index] = .failure(
                isUnknown ? .unknown(server: server, reason: trouble?.reason ?? "") : error)
        }
        open = []
    }

    /// Throws where nothing at all was done.
    func finish() throws -> [Result<ReservationAnswer, any Error>] {
        var firstError: StoreError?
        for (index, result) in results.enumerated() {
            guard case .failure(let error as StoreError) = result, !mayHaveRun[index],
                error.meansNothingDone
            else { return results.compactMap { $0 } }
            firstError = firstError ?? error
        }
        if let firstError { throw firstError }
        return []
    }
}

extension StoreError {
    /// What is told where an earlier try may have run, whatever the last one came to.
    func afterDoubt(_ trouble: RedisTrouble?) -> StoreError {
        switch self {
        case .unreachable(let server, let reason), .refused(let server, let reason),
            .denied(let server, let reason):
            .unknown(server: server, reason: trouble?.reason ?? reason)
        case .damaged(let path, let reason): .unknown(server: path, reason: reason)
        default: self
        }
    }

    /// Whoever gets it knows that nothing has changed.
    fileprivate var meansNothingDone: Bool {
        switch self {
        case .unreachable, .denied, .refused, .frozen, .interrupted: true
        default: false
        }
    }
}

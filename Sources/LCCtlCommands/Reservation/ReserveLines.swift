import CommandLineKit
import Commerce
import Primitives
import Stores
import TimelineCommands

/// `lcctl reserve -f`: requests as JSON Lines, at full speed, answered line by line in order.
///
/// What can be read at once goes to the store in one call; a slow pipe gets each answer at once.
struct ReserveLines {
    private static let batchLimit = 256
    /// A hundred lines of a reservation, with room.
    private static let lineLimit = 1 << 16

    private let shop: Shop
    private let catalogue: Catalogue
    private let defaults: ReservationLine.Defaults
    private var random = SystemRandomNumberGenerator()
    private var batch: [(line: Int, request: Result<ReservationRequest, any Error>)] = []
    private var answered: Int64 = 0
    private var refused: Int64 = 0
    private var hasUnknown = false
    private var hasWarned = false
    private var progress: ProgressLine

    static func run(
        _ path: String, _ invocation: Invocation, _ console: Console
    ) throws -> ExitStatus {
        let input = try InputFile(path)
        var run = try ReserveLines(Shop(invocation, console))
        do {
            try run.answerAll(input)
        } catch {
            try? console.flush()
            if run.answered > 0 { console.note("\(run.answered.grouped) lines were answered") }
            throw error
        }
        console.clearProgress()
        if run.hasUnknown { return .unknownOutcome }
        return run.refused > 0 ? .negative : .ok
    }

    private init(_ shop: Shop) throws {
        self.shop = shop
        catalogue = try shop.read { try $0.requireCatalogue() }
        defaults = ReservationLine.Defaults(
            buyer: shop.invocation[ReserveCommand.buyer],
            show: shop.invocation[ReserveCommand.show],
            time: shop.invocation[ReserveCommand.time],
            isPartial: shop.invocation[ReserveCommand.isPartial])
        progress = ProgressLine(
            "reserving", "lines", total: nil, startingAt: shop.console.clocks.monotonic())
    }

    private mutating func answerAll(_ input: InputFile) throws {
        var reader = LineReader(maximumLength: Self.lineLimit)
        while let piece = try input.read() {
            reader.add(Array(piece))
            try take(&reader)
        }
        reader.finish()
        try take(&reader)
    }

    private mutating func take(_ reader: inout LineReader) throws {
        while true {
            switch reader.advance() {
            case .line:
                let line = reader.line
                guard line.indices.contains(where: { line[$0] > 0x20 }) else { continue }
                batch.append((reader.number, request(line)))
            case .tooLong:
                let problem = FieldProblem(
                    field: "line", value: "", flaw: .tooLong(limitBytes: Self.lineLimit))
                batch.append((reader.number, .failure(problem)))
            case .starved:
                try answerBatch()
                return try shop.console.flush()
            }
            if batch.count == Self.batchLimit { try answerBatch() }
        }
    }

    private mutating func request(
        _ line: Span<UInt8>
    ) -> Result<ReservationRequest, any Error> {
        let now = shop.console.clocks.wall()
        do {
            let request = try ReservationLine(line, defaults) {
                ReservationID(at: now, random: &random)
            }.request
            return .success(request)
        } catch {
            return .failure(error)
        }
    }

    private mutating func answerBatch() throws {
        guard !batch.isEmpty else { return }
        let requests = batch.compactMap { try? $0.request.get() }
        if !hasWarned, requests.contains(where: \.verb.isSale) {
            hasWarned = true
            try shop.tellWarnings()
        }
        var answers =
            try requests.isEmpty
            ? [][...]
            : shop.store.perform(
                requests, in: shop.catalogue, at: shop.console.clocks.wall())[...]
        for (line, request) in batch {
            switch request {
            case .success(let request):
                guard let answer = answers.popFirst() else {
                    preconditionFailure("a verb without an answer")
                }
                try print(answer, to: request, line: line)
            case .failure(let problem): try print(failure(problem), line: line)
            }
        }
        batch.removeAll(keepingCapacity: true)
        shop.console.show(&progress, done: answered)
        // Between batches: what was done has been told.
        try Interruption.check()
    }

    private mutating func print(
        _ answer: Result<ReservationAnswer, any Error>, to request: ReservationRequest, line: Int
    ) throws {
        let done: ReservationAnswer
        do {
            done = try answer.get()
        } catch let error as StoreError {
            if case .unknown = error { hasUnknown = true }
            return try print(Failure(error, asking: request.verb, key: request.key), line: line)
        } catch {
            return try print(failure(error), line: line)
        }
        guard let reservation = done.reservation else {
            preconditionFailure("a reservation is answered with itself")
        }
        let document = Documents.reservation(
            reservation, in: catalogue, ahead: done.ahead, stock: done.stock,
            outcome: done.outcome.rawValue)
        try print(document, line: line)
    }

    private mutating func print(_ failure: Failure, line: Int) throws {
        refused += 1
        try print(failure.json, line: line)
    }

    private mutating func print(_ document: JSON, line: Int) throws {
        var object = document.objectValue ?? JSONObject()
        object["line"] = .integer(Int64(line))
        answered += 1
        try shop.console.print(JSON.object(object).text)
    }

    private func failure(_ error: any Error) -> Failure {
        switch error {
        case let problem as FieldProblem: Failure(problem)
        case let refusal as CommerceError: Failure(refusal)
        case let problem as JSONProblem:
            Failure(.dataError, "json.malformed", "not JSON: \(problem.words)")
        default: Failure(.internalError, "internal", "unexpected failure: \(error)")
        }
    }
}

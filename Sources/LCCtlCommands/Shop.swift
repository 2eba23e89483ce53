import CommandLineKit
import Commerce
import Primitives
import Stores

/// The store and the catalogue that a command works on.
struct Shop {
    let store: any ShopStore
    let catalogue: CatalogueName
    let invocation: Invocation
    let console: Console

    static func options(_ invocation: Invocation) -> SQLiteStore.Options {
        SQLiteStore.Options(
            patience: invocation[Common.wait], isInterrupted: { Interruption.isAsked })
    }

    /// Opens the store, making it where there is none.
    init(_ invocation: Invocation, _ console: Console) throws {
        try self.init(invocation, console, makesStore: true)
    }

    /// Opens a store that must be there.
    init(existing invocation: Invocation, _ console: Console) throws {
        try self.init(invocation, console, makesStore: false)
    }

    /// Opens a store that must be there, and waits for nobody longer than this.
    init(
        existing invocation: Invocation, _ console: Console, patience: Duration
    ) throws {
        try self.init(invocation, console, makesStore: false, patience: patience)
    }

    /// Opens a store to put it in order after an interrupt, which only a second one ends.
    init(tidying invocation: Invocation, _ console: Console) throws {
        try self.init(invocation, console, makesStore: false, isInterrupted: { false })
    }

    private init(
        _ invocation: Invocation, _ console: Console, makesStore: Bool, patience: Duration? = nil,
        isInterrupted: @escaping () -> Bool = { Interruption.isAsked }
    ) throws {
        self.invocation = invocation
        self.console = console
        catalogue = invocation[Common.catalogue]
        let now = console.clocks.wall()
        let options = SQLiteStore.Options(
            patience: patience ?? invocation[Common.wait], isInterrupted: isInterrupted)
        switch try invocation[Common.store] ?? StandardPaths.store(.process) {
        case .sqlite(let path) where makesStore:
            store = try SQLiteStore(creatingAt: path, at: now, options: options)
        case .sqlite(let path):
            store = try SQLiteStore(openingAt: path, at: now, options: options)
        case .redis(let address, let text):
            store = try RedisStore(
                address, text: text,
                options: RedisLogin(address, invocation, options).options)
        }
    }

    /// Makes a change: one atomic step, answered with a document. `body` is what belongs to the
    /// change besides its arguments, such as a file's bytes.
    func change(
        in catalogue: CatalogueName? = nil, body: [UInt8] = [], isDryRun: Bool = false,
        _ verb: (inout any Ledger) throws -> JSON
    ) throws -> JSON {
        let key = invocation[Common.key]
        let request = ChangeRequest(
            key: key, fingerprint: key == nil ? Fingerprint() : fingerprint(with: body),
            isDryRun: isDryRun)
        let answer = try store.change(
            catalogue ?? self.catalogue, by: request, at: console.clocks.wall(), verb)
        if answer.isRepeated, let key {
            console.note("this is the answer to an earlier call with key '\(key)'")
        }
        return answer.document
    }

    /// Makes a change and prints its answer: what most commands are.
    func answer(
        in catalogue: CatalogueName? = nil, body: [UInt8] = [], isDryRun: Bool = false,
        _ verb: (inout any Ledger) throws -> JSON, text: (JSON) -> String
    ) throws -> ExitStatus {
        let document = try change(in: catalogue, body: body, isDryRun: isDryRun, verb)
        try console.answer(invocation, document) { text(document) }
        return .ok
    }

    func read<Answer>(_ question: (any CatalogueReader) throws -> Answer) throws -> Answer {
        try store.read(catalogue, at: console.clocks.wall(), question)
    }

    /// Of everything that makes the change what it is; how it is printed does not.
    func fingerprint(with body: [UInt8] = []) -> Fingerprint {
        let aside: Set = [
            "store", "context", "wait", "idempotency-key", "yes", "quiet", "color", "format",
            "fields", "header",
        ]
        var words = invocation.path
        for (name, values) in invocation.texts.sorted(by: { $0.name < $1.name })
        where !aside.contains(name) {
            words += ["--\(name)"] + values
        }
        // As JSON, so that no two lists of words run into the same text.
        var fingerprint = Fingerprint(of: JSON.array(words.map(JSON.string)).text)
        fingerprint.add(body)
        return fingerprint
    }
}

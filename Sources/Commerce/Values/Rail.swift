/// The SKUs that a show sells, in order, with show prices where wanted.
package struct Rail: Sendable, Equatable {
    package static let maximumCount = 1000

    package struct Entry: Sendable, Equatable {
        package let code: SKUCode
        /// The price in this show only; nil sells at the listing's.
        package let showPrice: Price?

        package init(code: SKUCode, showPrice: Price? = nil) {
            self.code = code
            self.showPrice = showPrice
        }
    }

    package private(set) var entries: [Entry]

    package static let empty = Rail()

    private init() {
        entries = []
    }

    package init(_ entries: [Entry]) throws(CommerceError) {
        self.init()
        for entry in entries { try insert(entry) }
    }

    package func index(of code: SKUCode) -> Int? {
        entries.firstIndex { $0.code == code }
    }

    package subscript(code: SKUCode) -> Entry? {
        index(of: code).map { entries[$0] }
    }

    /// Puts an entry at a place counted from 0; past the end, or without one, it comes last.
    package mutating func insert(_ entry: Entry, at place: Int? = nil) throws(CommerceError) {
        guard index(of: entry.code) == nil else { throw .alreadyOnRail(entry.code) }
        guard entries.count < Self.maximumCount else { throw .railFull(limit: Self.maximumCount) }
        entries.insert(entry, at: min(place ?? entries.count, entries.count))
    }

    package mutating func remove(_ code: SKUCode) -> Entry? {
        index(of: code).map { entries.remove(at: $0) }
    }
}

package import Commerce

/// When things happen in a show, in microseconds, as trimming needs to know.
package struct TrimEvents: Sendable, Equatable {
    /// Of the show itself: what buyers do goes on long after it.
    package private(set) var all: [Int64] = []
    /// To a product: it is shown, or has another price.
    package private(set) var ofProducts: [Int64] = []

    package init(_ timeline: Timeline?) {
        for placed in timeline?.placed ?? [] {
            let time = placed.mediaTime * 1000
            switch placed.event.change {
            case .pin, .unpin, .flash, .flashClosed, .listing, .soldOut, .backInStock, .chapter:
                ofProducts.append(time)
                all.append(time)
            case .showStarted, .showEnded, .rail: all.append(time)
            case .stock, .other: break
            }
        }
    }
}

package import Primitives

/// A hold on units for one buyer until a deadline, and what became of it.
package struct Reservation: Sendable, Equatable {
    package static let maximumLines = 100
    package static let maximumQuantity: Int64 = 1_000_000

    package let id: ReservationID
    package let buyer: BuyerID
    package let show: ShowID?
    /// In the order asked for, each SKU once.
    package let lines: [Line]
    /// The place in a waitlist that it was offered to.
    package let offeredTo: WaitID?
    /// On the hold clock.
    package let heldAt: WallClock
    /// On the hold clock. It counts while the reservation is open.
    package var deadline: WallClock
    package var state: State
    /// Confirmed after its deadline, with units that had to be taken anew.
    package var isLate: Bool

    package init(
        id: ReservationID, buyer: BuyerID, show: ShowID?, lines: [Line], offeredTo: WaitID?,
        heldAt: WallClock, deadline: WallClock, state: State = .held, isLate: Bool = false
    ) {
        self.id = id
        self.buyer = buyer
        self.show = show
        self.lines = lines
        self.offeredTo = offeredTo
        self.heldAt = heldAt
        self.deadline = deadline
        self.state = state
        self.isLate = isLate
    }

    package struct Line: Sendable, Equatable {
        package let code: SKUCode
        package let quantity: Int64
        /// What a unit cost when it was held: a flash that closes later does not change it.
        package let unitPrice: Price
        /// The flash whose price it is, by the place of its opening in the catalogue's log.
        package let flash: Int64?

        package init(code: SKUCode, quantity: Int64, unitPrice: Price, flash: Int64? = nil) {
            self.code = code
            self.quantity = quantity
            self.unitPrice = unitPrice
            self.flash = flash
        }
    }

    /// Held until paid, released or expired; paying while the money is under way.
    package enum State: String, Sendable, CaseIterable {
        case held
        case paying
        case confirmed
        case released
        case expired

        /// It holds units that are not sold yet, and has a deadline.
        package var isOpen: Bool { self == .held || self == .paying }
        /// It has units, promised or sold, that nobody else can have.
        package var hasUnits: Bool { isOpen || self == .confirmed }
    }

    /// What an event tells of a reservation.
    package enum Step: String, Sendable, CaseIterable {
        case held
        case paying
        case extended
        case confirmed
        case released
        case expired
    }
}

/// What is asked for of one SKU.
package struct WantedLine: Sendable, Equatable {
    package let code: SKUCode
    package let quantity: Int64

    package init(code: SKUCode, quantity: Int64) throws {
        guard (1...Reservation.maximumQuantity).contains(quantity) else {
            throw FieldProblem(
                field: "quantity", value: String(quantity),
                flaw: .badForm(
                    expected: "a whole number from 1 to \(Reservation.maximumQuantity)"))
        }
        self.code = code
        self.quantity = quantity
    }
}

/// A buyer's place in the waitlist of a SKU.
package struct Waiting: Sendable, Equatable {
    /// Of one SKU at a time; whoever comes after it is refused.
    package static let maximumCount: Int64 = 100_000

    package let id: WaitID
    package let buyer: BuyerID
    package let show: ShowID?
    package let code: SKUCode
    /// How many units have not been offered yet. A place that has got all of them, or was given
    /// up, has none; it stays, so that asking for it again makes no second one.
    package var quantity: Int64
    package let joinedAt: WallClock
    /// The place of its joining in the catalogue's log: who waits longer is served first.
    package let place: Int64

    package init(
        id: WaitID, buyer: BuyerID, show: ShowID?, code: SKUCode, quantity: Int64,
        joinedAt: WallClock, place: Int64
    ) {
        self.id = id
        self.buyer = buyer
        self.show = show
        self.code = code
        self.quantity = quantity
        self.joinedAt = joinedAt
        self.place = place
    }

    /// Nothing more will be offered to it.
    package var isOver: Bool { quantity == 0 }

    /// What an event tells of a place in a waitlist.
    package enum Step: String, Sendable, CaseIterable {
        case joined
        /// Units were offered; the place goes on where some are still wanted.
        case offered
        /// The buyer left it, let an offer expire, or may have no more units.
        case left
    }
}

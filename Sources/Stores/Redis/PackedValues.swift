import Commerce
import Primitives

/// The parts of a packed text. Somebody else may have written into our keys, so whoever reads finds
/// out by what is thrown.
struct PackedText {
    private let text: Substring

    init(_ text: some StringProtocol) {
        self.text = Substring(text)
    }

    /// Where a text does not have the form that our scripts write.
    struct Misread: Error {}

    var string: String { String(text) }
    var isEmpty: Bool { text.isEmpty }

    /// Nil where it is empty.
    var optional: String? { text.isEmpty ? nil : String(text) }

    func split(_ separator: Character) -> [PackedText] {
        guard let byte = separator.asciiValue else { return [self] }
        return text.utf8.split(separator: byte, omittingEmptySubsequences: false)
            .map { PackedText(Substring($0)) }
    }

    /// Parts of which there must be at least `count`; the last one may hold more separators.
    func split(_ separator: Character, count: Int) throws -> [PackedText] {
        guard let byte = separator.asciiValue else { throw Misread() }
        let parts = text.utf8.split(
            separator: byte, maxSplits: count - 1, omittingEmptySubsequences: false)
        guard parts.count == count else { throw Misread() }
        return parts.map { PackedText(Substring($0)) }
    }

    func integer() throws -> Int64 {
        guard let number = Int64(text) else { throw Misread() }
        return number
    }

    func optionalInteger() throws -> Int64? { text.isEmpty ? nil : try integer() }

    func time() throws -> WallClock { WallClock(millisecondsSince1970: try integer()) }

    func optionalTime() throws -> WallClock? { text.isEmpty ? nil : try time() }

    func show() throws -> ShowID? { try optional.map { try ShowID($0) } }
}

// Each of these reads what Scripts say of the form.

extension Stock {
    init(packed: PackedText) throws {
        let parts = try packed.split(",", count: 3)
        try self.init(
            onHand: parts[0].integer(), held: parts[1].integer(), confirmed: parts[2].integer())
    }
}

extension Reservation {
    init(id: String, packed: PackedText) throws {
        let lines = try packed.split("\n", count: 6)
        let head = try lines[0].split(" ", count: 3)
        guard let state = State(rawValue: head[0].string) else { throw PackedText.Misread() }
        self.init(
            id: try ReservationID(id), buyer: try BuyerID(lines[1].string),
            show: try lines[2].show(),
            lines: try lines[5].split("\n").map { try Line(packed: $0) },
            offeredTo: try lines[3].optional.map { try WaitID($0) }, heldAt: try lines[4].time(),
            deadline: try head[2].time(), state: state, isLate: head[1].string == "1")
    }
}

extension Reservation.Line {
    init(packed: PackedText) throws {
        let parts = try packed.split("\t", count: 4)
        self.init(
            code: try SKUCode(parts[0].string), quantity: try parts[1].integer(),
            unitPrice: try Price(minor: parts[2].integer()), flash: try parts[3].optionalInteger())
    }
}

extension Waiting {
    init(id: String, packed: PackedText) throws {
        let lines = try packed.split("\n", count: 6)
        self.init(
            id: try WaitID(id), buyer: try BuyerID(lines[1].string), show: try lines[2].show(),
            code: try SKUCode(lines[3].string), quantity: try lines[0].integer(),
            joinedAt: try lines[4].time(), place: try lines[5].integer())
    }
}

extension HoldPolicy {
    private static let packedTimes: [any WritableKeyPath<HoldPolicy, Duration?> & Sendable] = [
        \.holdTime, \.holdLimit, \.payingTime, \.offerTime,
    ]
    private static let packedCounts: [any WritableKeyPath<HoldPolicy, Int64?> & Sendable] = [
        \.unitsOfSKU, \.unitsHeld,
    ]

    /// Nothing at all where nothing is said.
    var packed: String {
        guard !isEmpty else { return "" }
        var text = ""
        for path in Self.packedTimes {
            if let time = self[keyPath: path] { text += "\(time.wholeMilliseconds)" }
            text += ","
        }
        for path in Self.packedCounts {
            if let count = self[keyPath: path] { text += "\(count)" }
            text += ","
        }
        return text
    }

    init(packed: PackedText) throws {
        self.init()
        guard !packed.isEmpty else { return }
        let parts = try packed.split(",", count: 7)
        for (part, path) in zip(parts, Self.packedTimes) {
            self[keyPath: path] = try part.optionalInteger().map { .milliseconds($0) }
        }
        for (part, path) in zip(parts[4...], Self.packedCounts) {
            self[keyPath: path] = try part.optionalInteger()
        }
    }
}

extension Listing {
    /// A line each, then a line for each attribute with a tab between name and value.
    var packed: String {
        var lines = [
            title, "\(price.minor)", compareAtPrice.map { "\($0.minor)" } ?? "", family ?? "",
            imageURL ?? "", pageURL ?? "", barcode ?? "",
        ]
        for entry in attributes.entries { lines.append("\(entry.name)\t\(entry.value)") }
        return lines.joined(separator: "\n")
    }

    init(packed: PackedText) throws {
        let lines = packed.split("\n")
        guard lines.count >= 7 else { throw PackedText.Misread() }
        var attributes = Attributes()
        for line in lines[7...] {
            let parts = try line.split("\t", count: 2)
            try attributes.set(parts[0].string, to: parts[1].string)
        }
        try self.init(
            title: lines[0].string, price: Price(minor: lines[1].integer()),
            compareAtPrice: lines[2].optionalInteger().map { try Price(minor: $0) },
            family: lines[3].optional, imageURL: lines[4].optional, pageURL: lines[5].optional,
            barcode: lines[6].optional, attributes: attributes)
    }
}

extension ShowDetails {
    var packed: String {
        let time = scheduledAt.map { "\($0.millisecondsSince1970)" } ?? ""
        return "\(title)\n\(host ?? "")\n\(time)"
    }

    init(packed: PackedText) throws {
        let lines = try packed.split("\n", count: 3)
        try self.init(
            title: lines[0].string, host: lines[1].optional, scheduledAt: lines[2].optionalTime())
    }
}

extension Rail {
    var packed: String {
        entries.map { "\($0.code)\t\($0.packedPrice)" }.joined(separator: "\n")
    }

    init(packed: PackedText) throws {
        guard !packed.isEmpty else {
            self = .empty
            return
        }
        try self.init(
            packed.split("\n").map { line in
                let parts = try line.split("\t", count: 2)
                return Entry(
                    code: try SKUCode(parts[0].string),
                    showPrice: try parts[1].optionalInteger().map { try Price(minor: $0) })
            })
    }
}

extension Rail.Entry {
    var packedPrice: String { showPrice.map { "\($0.minor)" } ?? "" }
}

extension Flash {
    /// Price, end and limit; the script adds the opening and the units taken.
    var packedHead: String {
        let end = closesAt.map { "\($0.millisecondsSince1970)" } ?? ""
        return "\(price.minor),\(end),\(unitLimit.map { "\($0)" } ?? ""),"
    }

    init(code: SKUCode, packed: PackedText) throws {
        let parts = try packed.split(",", count: 5)
        self.init(
            code: code, price: try Price(minor: parts[0].integer()),
            closesAt: try parts[1].optionalTime(), unitLimit: try parts[2].optionalInteger())
    }
}

extension FlashUse {
    init(packed: PackedText) throws {
        let parts = try packed.split(",", count: 5)
        self.init(opening: try parts[3].integer(), taken: try parts[4].integer())
    }
}

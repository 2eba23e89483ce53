import Primitives

/// An object of a document that is read, and where it stands.
struct ReportNode {
    /// About 280 years: sums of two such durations are far from any overflow.
    static let longest: Duration = .microseconds(1 << 53)
    static let span = .microseconds(-(1 << 53))...longest

    private let members: JSONObject
    private let place: String

    /// The document itself; nil where it is no object.
    init?(_ json: JSON) {
        guard let members = json.objectValue else { return nil }
        self.init(members, "")
    }

    private init(_ members: JSONObject, _ place: String) {
        self.members = members
        self.place = place
    }

    func path(_ name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }

    subscript(name: String) -> JSON? { members[name] }

    func optionalObject(_ name: String) throws(ReportProblem) -> ReportNode? {
        guard let json = members[name] else { return nil }
        guard let object = json.objectValue else { throw .bad(path: path(name)) }
        return ReportNode(object, path(name))
    }

    func object(_ name: String) throws(ReportProblem) -> ReportNode {
        try require(name, try optionalObject(name))
    }

    func list<Element>(
        _ name: String, atMost limit: Int,
        _ read: (ReportNode) throws(ReportProblem) -> Element
    ) throws(ReportProblem) -> [Element] {
        guard let json = members[name] else { throw .missing(path: path(name)) }
        guard let values = json.arrayValue else { throw .bad(path: path(name)) }
        guard values.count <= limit else { throw .tooMany(path: path(name), limit: limit) }
        var all: [Element] = []
        all.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            let place = "\(path(name))[\(index)]"
            guard let object = value.objectValue else { throw .bad(path: place) }
            all.append(try read(ReportNode(object, place)))
        }
        return all
    }

    /// Names of which those are left out that are not known; nil where there is no such member.
    func names<Name>(
        _ name: String, atMost limit: Int, _ read: (String) -> Name?
    ) throws(ReportProblem) -> [Name]? {
        guard let json = members[name] else { return nil }
        guard let values = json.arrayValue else { throw .bad(path: path(name)) }
        guard values.count <= limit else { throw .tooMany(path: path(name), limit: limit) }
        var all: [Name] = []
        for (index, value) in values.enumerated() {
            guard let text = value.stringValue else { throw .bad(path: "\(path(name))[\(index)]") }
            if let known = read(text) { all.append(known) }
        }
        return all
    }

    func name<Name>(
        _ name: String, _ read: (String) -> Name?
    ) throws(ReportProblem) -> Name {
        guard let known = read(try text(name)) else { throw .bad(path: path(name)) }
        return known
    }

    func optionalText(_ name: String) throws(ReportProblem) -> String? {
        guard let json = members[name] else { return nil }
        guard let text = json.stringValue, text.utf8.count <= ProbeReport.ReadingLimits.text
        else { throw .bad(path: path(name)) }
        return text
    }

    func text(_ name: String) throws(ReportProblem) -> String {
        try require(name, try optionalText(name))
    }

    func bool(_ name: String) throws(ReportProblem) -> Bool {
        guard let json = members[name] else { throw .missing(path: path(name)) }
        guard let value = json.boolValue else { throw .bad(path: path(name)) }
        return value
    }

    func optionalInteger(
        _ name: String, in range: ClosedRange<Int64>
    ) throws(ReportProblem) -> Int64? {
        guard let json = members[name] else { return nil }
        guard let value = json.integerValue, range.contains(value) else {
            throw .bad(path: path(name))
        }
        return value
    }

    func integer(_ name: String, in range: ClosedRange<Int64>) throws(ReportProblem) -> Int64 {
        try require(name, try optionalInteger(name, in: range))
    }

    func optionalNumber(_ name: String) throws(ReportProblem) -> Double? {
        switch members[name] {
        case nil: return nil
        case .integer(let value): return Double(value)
        case .decimal(let text):
            guard let value = Double(text), value.isFinite else { throw .bad(path: path(name)) }
            return value
        default: throw .bad(path: path(name))
        }
    }

    func optionalDuration(
        _ name: String, in range: ClosedRange<Duration>
    ) throws(ReportProblem) -> Duration? {
        guard let json = members[name] else { return nil }
        guard let value = Duration(microsecondsJSON: json), range.contains(value) else {
            throw .bad(path: path(name))
        }
        return value
    }

    func duration(
        _ name: String, in range: ClosedRange<Duration>
    ) throws(ReportProblem) -> Duration {
        try require(name, try optionalDuration(name, in: range))
    }

    private func require<Value>(
        _ name: String, _ value: Value?
    ) throws(ReportProblem) -> Value {
        guard let value else { throw .missing(path: path(name)) }
        return value
    }
}

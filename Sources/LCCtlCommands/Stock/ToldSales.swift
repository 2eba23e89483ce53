import CommandLineKit
import Commerce
import Primitives

/// Sales that somebody else knows to have been told as confirmed, such as who takes the money.
///
/// Log and tables of a server that has lost both agree with each other. Only somebody else can say
/// what is gone.
struct ToldSales {
    private static let lineLimit = 1024
    /// How many are named in a message; data has all.
    private static let named = 10

    private let ids: [ReservationID]

    /// One id a line; what is blank is passed over.
    init(_ path: String) throws {
        let input = try InputFile(path)
        var reader = LineReader(maximumLength: Self.lineLimit)
        var ids: [ReservationID] = []
        while let piece = try input.read() {
            reader.add(Array(piece))
            try Self.take(&reader, into: &ids, input.name)
        }
        reader.finish()
        try Self.take(&reader, into: &ids, input.name)
        self.ids = ids
    }

    private static func take(
        _ reader: inout LineReader, into ids: inout [ReservationID], _ name: String
    ) throws {
        while true {
            switch reader.advance() {
            case .starved: return
            case .tooLong: throw malformed(name, reader.number)
            case .line:
                var bytes: [UInt8] = []
                for index in reader.line.indices where reader.line[index] != 0x0D {
                    bytes.append(reader.line[index])
                }
                if bytes.isEmpty { continue }
                guard let id = try? ReservationID(String(decoding: bytes, as: UTF8.self)) else {
                    throw malformed(name, reader.number)
                }
                ids.append(id)
            }
        }
    }

    private static func malformed(_ name: String, _ line: Int) -> Failure {
        Failure(
            .dataError, "sales.malformed", "'\(name)', line \(line): no reservation's id",
            hint: "a line is an id such as rsv_1m7zjbbarszb5e6kmtj1tb9dj")
    }

    /// Throws where one of them is not confirmed.
    func check(in shop: Shop) throws {
        var missing: [(id: ReservationID, state: String)] = []
        try shop.read { reader in
            for id in ids {
                let state = try reader.reservation(id)?.state
                if state != .confirmed { missing.append((id, state?.rawValue ?? "not there")) }
            }
        }
        guard !missing.isEmpty else { return }
        var details = JSONObject()
        details["missing_sales"] = .array(missing.map { .string($0.id.text) })
        let names = missing.prefix(Self.named).map { "\($0.id) (\($0.state))" }
        let rest = missing.count > Self.named ? " and more" : ""
        throw Failure(
            .negative, "stock.sales-missing",
            "\(missing.count) of \(ids.count) sales are not confirmed here: "
                + names.joined(separator: ", ") + rest,
            hint: "audit without --sales, then confirm them late, or reserve them anew with --id "
                + "and confirm; money without units goes back",
            details: details)
    }
}

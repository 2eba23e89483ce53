package import Primitives

/// What applying a file did to one object, and what is different about it now.
package struct ObjectReport: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case sku
        case show
        case rail
    }

    package struct Difference: Sendable, Equatable {
        package let field: String
        package let from: JSON?
        package let to: JSON?
    }

    package let kind: Kind
    package let name: String
    package let outcome: Outcome
    package let differences: [Difference]
}

extension Ledger {
    /// Brings SKUs, show and rail to what a file says. What the file does not list stays on the
    /// rail, behind the listed SKUs, unless `prune` takes it off.
    package mutating func apply(_ file: ShowFile, prune: Bool) throws -> [ObjectReport] {
        let catalogue = try requireCatalogue()
        var reports: [ObjectReport] = []
        for entry in file.skus { reports.append(try apply(entry, in: catalogue)) }
        reports.append(try applyShow(file))
        reports.append(try applyRail(file, prune: prune, in: catalogue))
        return reports
    }

    private mutating func apply(
        _ entry: ShowFile.SKUEntry, in catalogue: Catalogue
    ) throws -> ObjectReport {
        let old = try sku(entry.code)
        let stock = old == nil ? entry.initialStock : nil
        let (new, outcome) = try putSKU(entry.code, entry.patch, stock: stock, in: catalogue)
        return ObjectReport(
            kind: .sku, name: entry.code.text, outcome: outcome,
            differences: differences(from: old?.members, to: new.members))
    }

    private mutating func applyShow(_ file: ShowFile) throws -> ObjectReport {
        let old = try show(file.id)
        let new: Show
        let outcome: Outcome
        if old == nil {
            new = try createShow(file.id, file.details)
            outcome = .created
        } else {
            (new, outcome) = try setShow(file.id, file.details)
        }
        return ObjectReport(
            kind: .show, name: file.id.text, outcome: outcome,
            differences: differences(from: old?.details.members, to: new.details.members))
    }

    private mutating func applyRail(
        _ file: ShowFile, prune: Bool, in catalogue: Catalogue
    ) throws -> ObjectReport {
        let old = try rail(of: file.id)
        guard let wanted = file.rail else {
            return ObjectReport(
                kind: .rail, name: file.id.text, outcome: .unchanged, differences: [])
        }
        var new = try Rail(
            wanted.map { entry in
                let price = try entry.showPrice?.price(in: catalogue.currency)
                return Rail.Entry(code: entry.code, showPrice: price)
            })
        if !prune {
            for entry in old.entries where new[entry.code] == nil { try new.insert(entry) }
        }
        let outcome = try setRail(of: file.id, to: new)
        let isNew = old.entries.isEmpty && outcome == .configured
        return ObjectReport(
            kind: .rail, name: file.id.text, outcome: isNew ? .created : outcome,
            differences: differences(from: old.members, to: new.members))
    }
}

/// Member by member, sorted by name.
private func differences(from old: JSONObject?, to new: JSONObject) -> [ObjectReport.Difference] {
    var all = old ?? JSONObject()
    for member in new.members { all[member.name] = member.value }
    return all.members.compactMap { member in
        let (from, to) = (old?[member.name], new[member.name])
        guard from != to else { return nil }
        return ObjectReport.Difference(field: member.name, from: from, to: to)
    }
}

extension SKU {
    fileprivate var members: JSONObject {
        var object = JSONObject()
        write(into: &object)
        return object
    }
}

extension ShowDetails {
    fileprivate var members: JSONObject {
        var object = JSONObject()
        write(into: &object)
        return object
    }
}

extension Rail {
    /// The order as one member, and the show prices as one each: what a person would call a
    /// difference between two rails.
    fileprivate var members: JSONObject {
        var object = JSONObject()
        guard !entries.isEmpty else { return object }
        object["order"] = .array(entries.map { .string($0.code.text) })
        for entry in entries {
            object["show_price_minor.\(entry.code)"] = entry.showPrice.map { .integer($0.minor) }
        }
        return object
    }
}

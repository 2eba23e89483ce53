import Commerce
import Primitives
import Stores
import TimelineCommands

extension StoreCheckReport.Finding {
    var words: String {
        switch self {
        case .file(let line): line
        case .catalogue(let name, let finding): "\(name): \(finding.words)"
        }
    }

    var json: JSON {
        switch self {
        case .file(let line):
            var object = JSONObject()
            object["code"] = "file"
            object["message"] = .string(line)
            return .object(object)
        case .catalogue(let name, let finding):
            var object = finding.object
            object["catalogue"] = .string(name.text)
            return .object(object)
        }
    }
}

extension CatalogueAudit.Finding {
    /// `SKU 'A': the log says {…}, the table {…}`
    var words: String { "\(subject.words): \(flaw.words)" }

    var json: JSON { .object(object) }

    fileprivate var object: JSONObject {
        var object = JSONObject()
        object["code"] = .string(flaw.code)
        if case .differs(let log, let table) = flaw {
            object["log"] = log.map(JSON.string)
            object["table"] = table.map(JSON.string)
        }
        object["message"] = .string(words)
        object["subject"] = .string(subject.name)
        return object
    }
}

extension CatalogueAudit.Subject {
    fileprivate var words: String {
        switch self {
        case .log: "the log"
        case .catalogue: "catalogue"
        case .sku(let code): "SKU '\(code)'"
        case .show(let id): "show '\(id)'"
        case .rail(let id): "rail of show '\(id)'"
        case .overlay(let id): "overlay of show '\(id)'"
        case .flash(let id, let code): "flash of SKU '\(code)' in show '\(id)'"
        case .reservation(let id): "reservation '\(id)'"
        case .deadlines: "deadlines of open reservations"
        case .nextEnd(let code): "next end of a hold of SKU '\(code)'"
        case .waiting(let id): "place '\(id)' in a waitlist"
        case .policy(let scope): "policy for \(scope.text)"
        }
    }

    /// As events call it: `sku/A`.
    fileprivate var name: String {
        switch self {
        case .log: "log"
        case .catalogue: "catalogue"
        case .sku(let code): "sku/\(code)"
        case .show(let id): "show/\(id)"
        case .rail(let id): "rail/\(id)"
        case .overlay(let id): "overlay/\(id)"
        case .flash(let id, let code): "flash/\(id)/\(code)"
        case .reservation(let id): "reservation/\(id)"
        case .deadlines: "deadlines"
        case .nextEnd(let code): "next-end/\(code)"
        case .waiting(let id): "waiting/\(id)"
        case .policy(let scope): "policy/\(scope.text)"
        }
    }
}

extension CatalogueAudit.Flaw {
    fileprivate var words: String {
        switch self {
        case .gap(let gap): "does not replay: \(gap.words)"
        case .unreadable(let problem): "cannot be read: \(problem.words)"
        case .malformed(let problem): "cannot be read: it is not JSON: \(problem.words)"
        case .differs(let log, let table):
            "the log says \(log ?? "there is none"), the table \(table ?? "has none")"
        case .unaccounted(let held, let confirmed, let stock):
            "its stock says \(stock.held) held and \(stock.confirmed) confirmed, its reservations "
                + "\(held) and \(confirmed)"
        }
    }

    fileprivate var code: String {
        switch self {
        case .gap: "gap"
        case .unreadable, .malformed: "unreadable"
        case .differs: "differs"
        case .unaccounted: "unaccounted"
        }
    }
}

extension CatalogueState.Gap {
    fileprivate var words: String {
        switch self {
        case .sequence(let expected, let found): "event \(expected) is missing, \(found) is there"
        case .showSequence(let show, let expected, let found, let place):
            "event \(place) has place \(found) in show '\(show)', not \(expected)"
        case .noSuchSKU(let code, let place):
            "event \(place) is of SKU '\(code)', which is not there"
        case .noSuchShow(let show, let place):
            "event \(place) is of show '\(show)', which is not there"
        case .lines(let id, let place):
            "event \(place) tells the stock of other SKUs than reservation '\(id)' has"
        case .step(let id, let place):
            "event \(place) takes reservation '\(id)' where it cannot come from where it was"
        case .place(let id, let place):
            "event \(place) takes place '\(id)' of a waitlist where it cannot come from where it was"
        case .stock(let code, let expected, let found, let place):
            "event \(place) leaves SKU '\(code)' with \(found.text), "
                + "not \(expected.map(\.text) ?? "what there is")"
        }
    }
}

extension Stock {
    /// `5 on hand, 2 held, 1 confirmed`
    var text: String { "\(onHand) on hand, \(held) held, \(confirmed) confirmed" }
}

import CommandLineKit
import Commerce
import Primitives
import TimelineCommands

extension RowProblem {
    var words: String {
        switch self {
        case .field(let problem): problem.words
        case .csv(let flaw): flaw.words
        case .json(let problem): "not JSON: \(problem.words)"
        case .refused(let error): Failure(error).message
        case .noHeader: "no header: there is nothing"
        case .noSKUColumn: "no column 'sku'; name it with --map 'YOUR COLUMN=sku'"
        case .noObject: "not a JSON object"
        case .notUTF8: "not UTF-8"
        case .fieldCount(let expected, let found):
            "\(found) fields where the header has \(expected)"
        case .repeated(let code, let firstLine):
            "SKU '\(code)' stands twice, first on line \(firstLine)"
        }
    }

    /// The stable name of the problem.
    var code: String {
        switch self {
        case .field(let problem): "field.\(problem.flaw.code)"
        case .csv: "csv.malformed"
        case .json: "json.malformed"
        case .refused(let error): Failure(error).code
        case .noHeader: "csv.no-header"
        case .noSKUColumn: "csv.no-sku-column"
        case .noObject: "json.no-object"
        case .notUTF8: "text.not-utf8"
        case .fieldCount: "csv.field-count"
        case .repeated: "sku.repeated"
        }
    }
}

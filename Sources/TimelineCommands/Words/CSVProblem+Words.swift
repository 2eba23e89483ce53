package import Primitives

extension CSVProblem.Flaw {
    package var words: String {
        switch self {
        case .quoteInsideField: "a quote inside a field that does not begin with one"
        case .textAfterQuote: "text behind a closing quote"
        case .unterminatedQuote: "a quote that is never closed"
        case .recordTooLong: "longer than \(CSVReader.maximumRecordLength) bytes"
        case .tooManyFields: "more than \(CSVReader.maximumFieldCount) fields"
        }
    }
}

/// Brings the rows of a file into a catalogue, each one added or set, and counts what it did.
package struct SKUImport {
    package private(set) var created = 0
    package private(set) var configured = 0
    package private(set) var unchanged = 0
    package private(set) var problems: [(line: Int, problem: RowProblem)] = []

    private let catalogue: Catalogue
    /// The line on which each SKU of the file stands: one that stands twice is a mistake.
    private var lines: [SKUCode: Int] = [:]

    package init(into catalogue: Catalogue) {
        self.catalogue = catalogue
    }

    package var rowCount: Int { created + configured + unchanged + problems.count }

    /// Takes one row in. What is wrong with the row is noted; other failures are thrown.
    package mutating func take(
        _ row: SKURow, line: Int, into ledger: inout any Ledger
    ) throws {
        do {
            let code = try row.requireCode()
            if let first = lines.updateValue(line, forKey: code) {
                throw RowProblem.repeated(code, firstLine: first)
            }
            let outcome = try ledger.putSKU(code, row.patch, stock: row.stock, in: catalogue).1
            switch outcome {
            case .created: created += 1
            case .configured: configured += 1
            case .unchanged: unchanged += 1
            }
        } catch let problem as FieldProblem {
            note(.field(problem), line: line)
        } catch let problem as RowProblem {
            note(problem, line: line)
        } catch let error as CommerceError {
            note(.refused(error), line: line)
        }
    }

    package mutating func note(_ problem: RowProblem, line: Int) {
        problems.append((line, problem))
    }
}

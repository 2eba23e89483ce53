/// One line of delimited text.
package enum DelimitedText {
    /// Tab, line end and backslash are escaped, so that a line is a row and a tab is a border.
    package static func tsv(_ cells: [String]) -> String {
        cells.map { cell in
            guard cell.utf8.contains(where: { $0 < 0x20 || $0 == 0x5C }) else { return cell }
            var escaped = ""
            for scalar in cell.unicodeScalars {
                switch scalar {
                case "\t": escaped += "\\t"
                case "\n": escaped += "\\n"
                case "\r": escaped += "\\r"
                case "\\": escaped += "\\\\"
                default: escaped.unicodeScalars.append(scalar)
                }
            }
            return escaped
        }.joined(separator: "\t")
    }

    /// RFC 4180. A lone empty cell is quoted, or it would be an empty line.
    package static func csv(_ cells: [String]) -> String {
        if cells == [""] { return "\"\"" }
        return cells.map { cell in
            let needsQuotes = cell.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
            guard needsQuotes else { return cell }
            // By scalars: a quote and a mark that combines with it are one character.
            var quoted = "\""
            for scalar in cell.unicodeScalars {
                if scalar == "\"" { quoted += "\"" }
                quoted.unicodeScalars.append(scalar)
            }
            return quoted + "\""
        }.joined(separator: ",")
    }
}

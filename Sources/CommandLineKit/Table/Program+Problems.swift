extension Program {
    /// What is wrong with the tables themselves; a test holds it empty for every program.
    package var problems: [String] {
        commands.flatMap { problems(of: $0, at: [name, $0.name]) }
            + (root.map { problems(of: $0, at: [name]) } ?? rowProblems(common, at: [name]))
    }

    private func problems(of command: Command, at here: [String]) -> [String] {
        var found = rowProblems(command.arguments + common, at: here)
        let place = here.joined(separator: " ")
        if command.summary.hasSuffix(".") || command.summary.count > 72 {
            found.append("\(place): the summary is a short phrase without a full stop")
        }
        if command.run == nil, command.subcommands.isEmpty {
            found.append("\(place): nothing to run")
        }
        for (earlier, later) in zip(command.operands, command.operands.dropFirst()) {
            if earlier.takesMany || !earlier.isRequired && later.isRequired {
                found.append("\(place): \(later.name) can never be told from \(earlier.name)")
            }
        }
        for name in command.groups.flatMap(\.names)
        where !command.arguments.contains(where: { $0.name == name }) {
            found.append("\(place): a group names \(name), which is not there")
        }
        return found + command.subcommands.flatMap { problems(of: $0, at: here + [$0.name]) }
    }

    private func rowProblems(_ rows: [ArgumentRow], at path: [String]) -> [String] {
        let place = path.joined(separator: " ")
        var names: Set<String> = []
        var shorts: Set<Character> = []
        var found: [String] = []
        for row in rows {
            if !names.insert(row.name).inserted { found.append("\(place): \(row.name) twice") }
            if let short = row.short, !shorts.insert(short).inserted || !short.isLetter {
                found.append("\(place): -\(short) twice, or no letter")
            }
            if row.help.isEmpty || row.help.hasSuffix(".") {
                found.append("\(place): \(row.name): help is a phrase without a full stop")
            }
            if row.form == .operand, row.name.contains(where: \.isLowercase) {
                found.append("\(place): \(row.name): operands are in capitals")
            }
            if row.form != .operand, row.name.contains(where: { !$0.isLowercase && $0 != "-" }) {
                found.append("\(place): \(row.name): options are lower case with dashes")
            }
        }
        return found
    }
}

import CommandLineKit
import Commerce
import Primitives
import Stores

/// `lcctl config …`
enum ConfigCommands {
    static let noun = Command(
        "config", "Say which settings count, and where they come from",
        discussion: [
            "A setting comes from its option, else its environment variable, else the context of the "
                + "configuration file, else it has its default.",
            "The configuration file is one JSON object: \"schema\": \"lc.config/1\"; \"contexts\", an "
                + "object that holds named sets of settings (store, catalogue); and \"context\", the "
                + "name of the one that counts unless --context or LC_CONTEXT names another.",
        ],
        subcommands: [explain])

    private static let key = Argument.optionalOperand(
        "KEY", ValueKind<String>.text, "only this setting")

    private static let explain = Command(
        "explain", "List the settings with their values and origins", output: .rows,
        arguments: [key.row],
        examples: [
            Example("lcctl config explain store", "why is it this store"),
            Example(
                "LC_CATALOGUE=acme lcctl config explain catalogue -o json", "what a script gets"),
        ],
        exitStatuses: [.notFound, .badConfig]
    ) { invocation, console in
        let settings = try settings(invocation)
        let wanted = invocation[key]
        let chosen = settings.filter { wanted == nil || $0.key == wanted }
        if let wanted, chosen.isEmpty {
            throw Failure(
                .notFound, "config.unknown-key", "no setting '\(wanted)'",
                hint: "known: \(settings.map(\.key).joined(separator: ", "))")
        }
        var rows = try RowsPrinter(
            console, invocation,
            .init(
                key: "settings", documentSchema: "lc.config-explanation/1", nameMember: "key",
                columns: [RowColumn("key"), RowColumn("value"), RowColumn("origin")],
                furtherMembers: ["schema"]))
        for setting in chosen {
            var row = JSONObject()
            row["schema"] = "lc.setting/1"
            row["key"] = .string(setting.key)
            row["value"] = setting.value.map(JSON.string)
            row["origin"] = .string(setting.origin)
            try rows.add(row)
        }
        try rows.finish()
        return .ok
    }

    private struct Setting {
        let key: String
        let value: String?
        let origin: String
    }

    private static func settings(_ invocation: Invocation) throws -> [Setting] {
        let context = invocation[Common.context]
        let file = try Configuration(.process, context: context)
        func origin<Value>(_ argument: Argument<Value>) -> String {
            switch invocation.origin(of: argument) {
            case .commandLine: "option --\(argument.row.name)"
            case .environment(let variable): "environment \(variable)"
            case .configuration: "context '\(file.context ?? "")' of \(file.path)"
            case .standard: "default"
            }
        }
        let store = try invocation[Common.store] ?? StandardPaths.store(.process)
        let isFromFile = context == nil && file.context != nil
        return [
            Setting(
                key: "catalogue", value: invocation[Common.catalogue].text,
                origin: origin(Common.catalogue)),
            Setting(
                key: "context", value: file.context,
                origin: isFromFile ? "'context' of \(file.path)" : origin(Common.context)),
            Setting(key: "store", value: store.text, origin: origin(Common.store)),
        ]
    }
}

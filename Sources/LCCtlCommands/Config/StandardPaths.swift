import CommandLineKit
import Stores

/// Where things are kept when nobody says otherwise (XDG Base Directory).
enum StandardPaths {
    static func store(_ environment: Environment) throws -> StoreAddress {
        let folder = try folder("XDG_STATE_HOME", ".local/state", environment)
        return .sqlite(path: "\(folder)/lcctl/store.db")
    }

    static func configuration(_ environment: Environment) throws -> String {
        try folder("XDG_CONFIG_HOME", ".config", environment) + "/lcctl/config.json"
    }

    private static func folder(
        _ variable: String, _ standard: String, _ environment: Environment
    ) throws -> String {
        // The specification says to ignore relative paths.
        if let folder = environment[variable], folder.hasPrefix("/") { return folder }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw Failure(
                .badConfig, "config.no-home", "neither \(variable) nor HOME is set",
                hint: "name the store with --store sqlite:PATH")
        }
        return "\(home)/\(standard)"
    }
}

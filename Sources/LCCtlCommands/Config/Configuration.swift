import CommandLineKit
import Primitives
import TimelineCommands

/// The configuration file: contexts, each a set of settings under a name.
///
///     {"schema": "lc.config/1", "context": "shop",
///      "contexts": {"shop": {"store": "sqlite:/srv/shop.db", "catalogue": "acme"}}}
struct Configuration {
    static let schema = "lc.config/1"
    static let keys = ["store", "catalogue"]

    /// A file longer than this is no configuration.
    private static let sizeLimit = 1 << 20

    let path: String
    let context: String?
    let settings: [String: String]

    /// The settings of the chosen context; none where there is no file and no context is asked for.
    static let settings: @Sendable (Environment, String?) throws -> [String: String] = {
        try Configuration($0, context: $1).settings
    }

    init(_ environment: Environment, context asked: String?) throws {
        guard let path = try? StandardPaths.configuration(environment) else {
            self.init(path: "", context: asked, settings: [:])
            return
        }
        do {
            let bytes = try InputFile(path).readAll(limit: Self.sizeLimit)
            self = try Configuration(path: path, bytes, asked: asked)
        } catch let failure as Failure where failure.status == .noInput {
            if let asked {
                throw Self.problem(path, "there is no such file, so no context '\(asked)'")
            }
            self.init(path: path, context: nil, settings: [:])
        }
    }

    private init(path: String, context: String?, settings: [String: String]) {
        self.path = path
        self.context = context
        self.settings = settings
    }

    private init(path: String, _ bytes: [UInt8], asked: String?) throws {
        let json: JSON
        do {
            json = try JSON(parsing: bytes.span)
        } catch {
            throw Self.problem(path, "it is not JSON: \(error.words)")
        }
        guard json["schema"]?.stringValue == Self.schema,
            let contexts = json["contexts"]?.objectValue
        else {
            throw Self.problem(path, "it needs \"schema\": \"\(Self.schema)\" and \"contexts\"")
        }
        guard let name = asked ?? json["context"]?.stringValue else {
            self.init(path: path, context: nil, settings: [:])
            return
        }
        guard let chosen = contexts[name]?.objectValue else {
            let known = contexts.members.map(\.name).joined(separator: ", ")
            throw Self.problem(path, "it has no context '\(name)'; it has: \(known)")
        }
        var settings: [String: String] = [:]
        for member in chosen.members {
            guard Self.keys.contains(member.name), let value = member.value.stringValue else {
                let known = Self.keys.joined(separator: ", ")
                throw Self.problem(
                    path,
                    "context '\(name)': '\(member.name)' is not a setting with a text; "
                        + "known: \(known)")
            }
            settings[member.name] = value
        }
        self.init(path: path, context: name, settings: settings)
    }

    private static func problem(_ path: String, _ cause: String) -> Failure {
        Failure(
            .badConfig, "config.invalid", "configuration '\(path)': \(cause)",
            hint: "see 'man lcctl-config'")
    }
}

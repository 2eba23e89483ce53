import CommandLineKit
import Stores

extension RedisAddressProblem {
    /// What is wrong, to be read behind "not a store on Redis:".
    var words: String {
        switch self {
        case .notAnAddress: "no scheme of ours"
        case .password:
            "it holds a password, which lists of processes would show; "
                + "give it by LC_REDIS_PASSWORD or ?password-file=PATH"
        case .noHost: "no host"
        case .badHost(let host): "'\(SafeText.oneLine(host))' is no host"
        case .tooManyHosts: "too many hosts"
        case .severalHosts: "several hosts are sentinels or a cluster"
        case .noName: "sentinels know a primary by its name: …/NAME"
        case .badPath: "too many parts behind the host"
        case .badDatabase(let text): "'\(SafeText.oneLine(text))' is no database"
        case .databaseInCluster: "a cluster has database 0 only"
        case .badEncoding(let part): "the \(part) is not percent-encoded as it should be"
        case .unknownOption(let name): "no option '\(SafeText.oneLine(name))'"
        case .repeatedOption(let name): "'\(SafeText.oneLine(name))' stands twice"
        case .badOption(let name, let value):
            "'\(SafeText.oneLine(value))' is no value of '\(name)'"
        case .idleOption(let name): "'\(name)' means nothing with this scheme"
        case .halfIdentity: "a certificate and its key are named together or not at all"
        }
    }
}

/// What a server may make us hold, and how many commands may be under way.
package enum RedisLimits {
    /// Bytes of replies that have come and are not complete.
    package static let unreadBytes = 64 << 20
    /// Values within one reply, arrays included.
    package static let replyElements = 1 << 20
    /// Characters of a status or an error that are kept.
    package static let wordsLength = 512
    /// Commands of one connection that wait for answers.
    package static let commandsInFlight = 1 << 16
    /// Bytes of a file with a password.
    package static let passwordBytes = 4096
    /// Addresses of one name that are tried.
    package static let addressesOfName = 16
    /// Hosts of one address, and nodes of one cluster.
    package static let nodes = 1024
    /// Bytes that are taken from a socket at once.
    static let readBytes = 1 << 16
}

/// What an m-line carries.
package enum MediaKind: String, Sendable, Hashable {
    case audio
    case video
}

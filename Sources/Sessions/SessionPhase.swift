/// How far a client's session has come.
package enum SessionPhase: Sendable, Equatable {
    case gathering
    case signalling
    case connecting
    case connected
    case ended
}

/// What a relay has done so far.
package struct RelayCounters: Sendable, Equatable {
    package var packetsForwarded = 0

    package init() {}
}

package import HTTP

/// What a probe of a playlist is to do, before it begins.
package struct HLSPlan: Sendable {
    package var endpoint: URL
    /// Of it, what is of ICE counts for nothing here.
    package var network: ProbeNetwork
    /// How long to watch, from the first picture on; nil until it is stopped or has ended.
    package var duration: Duration?
    /// How long to wait for a show that is not on the air yet.
    package var patience: Duration
    package var clock: ClockSource
    package var wishes: ProbeWishes

    package init(
        endpoint: URL, network: ProbeNetwork, duration: Duration?, patience: Duration,
        clock: ClockSource, wishes: ProbeWishes
    ) {
        self.endpoint = endpoint
        self.network = network
        self.duration = duration
        self.patience = patience
        self.clock = clock
        self.wishes = wishes
    }
}

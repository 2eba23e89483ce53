/// What a run of vod-cut must not exceed.
package enum CuttingLimits {
    /// Clips of one call.
    package static let clips = 10_000
}

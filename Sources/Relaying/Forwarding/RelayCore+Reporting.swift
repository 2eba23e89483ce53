import Primitives
import WebRTC

/// How the relay stands.
extension RelayCore {
    var report: RelayReport {
        var report = RelayReport()
        report.shows = shows.map(describe).sorted { $0.name < $1.name }
        report.sessions = slots.count
        report.counters = counters
        for publisher in publishers {
            report.counters.keyframeRequests += publisher.peer.counters.keyframesAsked
        }
        return report
    }

    func report(of name: String) -> ShowReport? {
        shows.first { $0.name == name }.map(describe)
    }

    private func describe(_ show: Show) -> ShowReport {
        var report = ShowReport(name: show.name)
        report.activeSince = show.activeSince
        report.viewerCount = show.viewers.count
        report.packetsForwarded = show.packetsForwarded
        report.tracks = show.tracks.enumerated().map { media, track in
            TrackReport(
                media: media, codec: track.codec,
                layers: track.layers.enumerated().map { place, layer in
                    LayerReport(
                        rid: layer.rid, isActive: layer.ring.isOpen,
                        bitsPerSecond: layer.bitsPerSecond, size: layer.ring.size,
                        viewerCount: viewers(of: show, track, place))
                })
        }
        if let publisher = show.publisher {
            var own = PublisherReport()
            own.packetsReceived = publisher.peer.counters.packetsReceived
            own.packetsLost = max(publisher.peer.packetsMissed - publisher.repaired, 0)
            own.packetsRepaired = publisher.repaired
            own.keyframeRequests = publisher.peer.counters.keyframesAsked
            report.publisher = own
        }
        return report
    }

    private func viewers(of show: Show, _ track: ShowTrack, _ layer: Int) -> Int {
        show.viewers.count { viewer in
            viewer.tracks.contains { $0.track === track && $0.layer == layer }
        }
    }
}

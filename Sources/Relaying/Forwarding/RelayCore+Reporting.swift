import Primitives
import WebRTC

/// How the relay stands.
extension RelayCore {
    var report: RelayReport {
        var report = RelayReport()
        report.shows = shows.map(describe).sorted { $0.name < $1.name }
        report.sessions = slots.count
        report.counters = counters
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
                        rid: layer.rid, isActive: layer.ring.keyStart != nil,
                        bitsPerSecond: layer.bitsPerSecond, size: layer.ring.size,
                        viewerCount: viewers(of: show, track, place))
                })
        }
        if let publisher = show.publisher {
            var own = PublisherReport(session: publisher.session)
            own.address = publisher.peer.transport.ice.selected?.remote
            own.packetsReceived = publisher.peer.counters.packetsReceived
            own.packetsRepaired = publisher.repaired
            own.keyframeRequests = publisher.keyframeRequests
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

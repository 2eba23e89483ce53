import Primitives
import Signaling
import WebRTC

/// Which layer each viewer gets.
extension RelayCore {
    /// A viewer's own choice; nil leaves it to the relay.
    func choose(layer rid: String?, for session: SessionID, now: Instant) throws(RelayRefusal) {
        guard case .viewer(let viewer) = member(session) else { throw refuse(.unknownSession) }
        guard let rid else {
            viewer.isLayerChosen = false
            return
        }
        let places = viewer.tracks.indices.filter { viewer.tracks[$0].track.layers.count > 1 }
        guard let place = places.first,
            let layer = viewer.tracks[place].track.layers.firstIndex(where: { $0.rid == rid })
        else { throw refuse(.unknownLayer) }
        viewer.isLayerChosen = true
        want(layer, viewer, place, now)
    }

    /// Looks whether another layer would do better.
    func chooseLayers(_ viewer: RelayViewer, _ now: Instant) {
        guard let control = viewer.control, !viewer.isLayerChosen else { return }
        for place in viewer.tracks.indices where viewer.tracks[place].track.layers.count > 1 {
            let layers = viewer.tracks[place].track.layers
            guard viewer.tracks[place].wantedLayer == nil, viewer.tracks[place].phase == .live
            else { continue }
            let current = viewer.tracks[place].layer
            let next = viewer.chooser.choose(
                current, rates: layers.map(\.bitsPerSecond),
                target: control.targetBitsPerSecond(now: now),
                isCongested: control.usage == .over, now: now)
            if next != current { want(next, viewer, place, now) }
        }
    }

    private func want(_ layer: Int, _ viewer: RelayViewer, _ place: Int, _ now: Instant) {
        guard layer != viewer.tracks[place].layer else {
            viewer.tracks[place].wantedLayer = nil
            return
        }
        viewer.tracks[place].wantedLayer = layer
        viewer.tracks[place].wantedSince = now
        wantKeyframe(viewer.show, viewer.tracks[place].track, layer, now)
    }

    /// Goes over to the wanted layer where a keyframe of it has begun; the old one goes on until
    /// then.
    func switchIfPossible(_ viewer: RelayViewer, _ place: Int, _ now: Instant) {
        guard let wanted = viewer.tracks[place].wantedLayer else { return }
        let ring = viewer.tracks[place].track.layers[wanted].ring
        guard let key = ring.keyStart, ring.keyArrival >= viewer.tracks[place].wantedSince else {
            if now >= viewer.tracks[place].wantedSince + Joining.patience * 2 {
                // The request may have been lost, or was too soon after another.
                wantKeyframe(viewer.show, viewer.tracks[place].track, wanted, now)
            }
            return
        }
        viewer.tracks[place].wantedLayer = nil
        viewer.tracks[place].begin(with: key, of: wanted, now: now)
        counters.layerSwitches += 1
        setBusy(viewer)
    }
}

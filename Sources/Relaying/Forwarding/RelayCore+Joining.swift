import Primitives
import SecureTransport
import WebRTC

/// How viewers come to their first picture, and to the next after a break.
extension RelayCore {
    enum Joining {
        /// A keyframe that began so long ago is begun with at once, if no more has followed it.
        static let freshness: Duration = .seconds(2)
        static let freshBytes: Int64 = 1 << 20
        /// An older one is, if no other has come by then: some publishers can make none.
        static let patience: Duration = .milliseconds(250)
        static let oldBytes: Int64 = 4 << 20
        /// What one viewer is sent of the past in a tick, and all of them together: 10 and 200
        /// Mbit/s.
        static let bytesPerTick = 12_500
        static let allBytesPerTick = 250_000
    }

    /// Begins each track of a viewer that has just been connected.
    func join(_ viewer: RelayViewer, _ now: Instant) {
        for place in viewer.tracks.indices {
            viewer.tracks[place].phase = .waiting(since: now)
            viewer.tracks[place].layer = viewer.tracks[place].track.best
            joinIfPossible(viewer, place, now)
        }
    }

    /// Begins with the last keyframe if it will do, and wants another otherwise.
    func joinIfPossible(_ viewer: RelayViewer, _ place: Int, _ now: Instant) {
        guard case .waiting(let since) = viewer.tracks[place].phase, viewer.sealer != nil else {
            return
        }
        let track = viewer.tracks[place].track
        let layer = viewer.tracks[place].layer
        let ring = track.layers[layer].ring
        guard track.codec.isPredictive else {
            // Sound begins with what comes next.
            guard let newest = ring.pending.last, ring.entry(newest) != nil else { return }
            viewer.tracks[place].begin(with: newest, of: layer, now: now)
            return setBusy(viewer)
        }
        guard let key = ring.keyStart, let bytes = ring.bytes(since: key) else {
            return wantKeyframe(viewer.show, track, layer, now)
        }
        let isFresh = now - ring.keyArrival <= Joining.freshness && bytes <= Joining.freshBytes
        if !isFresh {
            wantKeyframe(viewer.show, track, layer, now)
            guard now >= since + Joining.patience, bytes <= Joining.oldBytes else { return }
        }
        viewer.tracks[place].begin(with: key, of: layer, now: now)
        setBusy(viewer)
    }

    func setBusy(_ viewer: RelayViewer) {
        guard !viewer.isBusy else { return }
        viewer.isBusy = true
        busy.append(viewer)
    }

    /// Sends viewers that catch up their share of the past.
    func catchUp(_ now: Instant) {
        var budget = Joining.allBytesPerTick
        for viewer in busy where budget > 0 {
            for place in viewer.tracks.indices
            where viewer.tracks[place].phase == .catchingUp && budget > 0 {
                budget -= catchUp(viewer, place, min(budget, Joining.bytesPerTick), now)
            }
        }
    }

    /// Gives how many bytes have been sent.
    private func catchUp(
        _ viewer: RelayViewer, _ place: Int, _ budget: Int, _ now: Instant
    ) -> Int {
        guard let mapping = viewer.tracks[place].mapping else { return 0 }
        let ring = mapping.layer.ring
        // A newer keyframe makes all before it useless, but for the rest of a frame that has been
        // begun: without it the numbers would not tell that something is missing.
        if let key = ring.keyStart, key > viewer.tracks[place].cursor,
            viewer.tracks[place].cursor == viewer.tracks[place].frameStart
        {
            let layer = viewer.tracks[place].layer
            viewer.tracks[place].begin(with: key, of: layer, now: now)
        }
        guard let mapping = viewer.tracks[place].mapping else { return 0 }
        var (sent, cursor) = (0, viewer.tracks[place].cursor)
        let end = ring.end(from: cursor)
        while cursor < end, sent < budget {
            if let entry = ring.entry(cursor) {
                sent += Int(entry.length) + 40
                sendOne(viewer, place, mapping, cursor, use: .first, now)
            }
            cursor += 1
            guard ring.entry(cursor - 1)?.marker ?? true else { continue }
            viewer.tracks[place].frameStart = cursor
            if ring.keyStart ?? 0 > cursor { break }
        }
        viewer.tracks[place].cursor = cursor
        if cursor >= end { viewer.tracks[place].phase = .live }
        return sent
    }

    // MARK: - Keyframes

    /// A viewer cannot go on without a keyframe.
    func wantKeyframe(_ viewer: RelayViewer, _ ssrc: UInt32, _ now: Instant) {
        guard let place = viewer.tracks.firstIndex(where: { $0.ssrc == ssrc }),
            viewer.tracks[place].track.codec.isPredictive
        else { return }
        wantKeyframe(viewer.show, viewer.tracks[place].track, viewer.tracks[place].layer, now)
    }

    /// Asks the publisher; his peer sees to it that he is not asked too often.
    func wantKeyframe(_ show: Show, _ track: ShowTrack, _ layer: Int, _ now: Instant) {
        guard let publisher = show.publisher,
            let media = publisher.tracks.firstIndex(where: { $0 === track })
        else { return }
        guard !publisher.wishes.contains(where: { $0 == (media, layer) }) else { return }
        publisher.wishes.append((media, layer))
    }

    /// Asks for keyframes of all pictures of a show.
    func wantKeyframes(of name: String, now: Instant) {
        guard let show = shows.first(where: { $0.name == name }), let publisher = show.publisher
        else { return }
        for track in publisher.tracks where track.codec.isPredictive {
            for layer in track.layers.indices { wantKeyframe(show, track, layer, now) }
        }
    }

    /// Sends what has been wished for: not while the publisher's peer is at work.
    func grantWishes(_ now: Instant) {
        for publisher in publishers where !publisher.wishes.isEmpty {
            var sink = PublisherSink(core: self, publisher: publisher)
            for (media, layer) in publisher.wishes {
                publisher.peer.requestKeyframe(
                    media: media, layer: layer, now: now, into: &sink)
            }
            publisher.wishes.removeAll(keepingCapacity: true)
        }
    }
}

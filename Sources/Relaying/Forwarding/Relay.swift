package import Network
package import Primitives
package import Signaling
import WebRTC

/// Takes shows from publishers and gives them to viewers, over one UDP socket.
///
/// For one loop's thread. HTTP is somebody else's: session descriptions go in and come out.
package final class Relay {
    /// An accepted publisher or viewer.
    package struct Acceptance: Sendable {
        /// Our session description.
        package let answer: String
        /// The publisher that had to go for this one.
        package let replaced: SessionID?
    }

    package let settings: RelaySettings
    /// A session is over that nobody has asked to end.
    package var onEnded: ((SessionID, RelayEnding) -> Void)?
    package var onShowChanged: ((_ show: String, ShowChange) -> Void)?
    /// Asked for each publication, before its first packet.
    package var tap: ((Publication) -> (any PublicationTap)?)?

    package init(on loop: EventLoop, _ settings: RelaySettings) throws(RelayProblem) {
        self.settings = settings
    }

    /// Where the UDP socket is bound.
    package var localAddress: SocketAddress { settings.address }

    package func publish(
        show: String, session: SessionID, offer: String
    ) throws(RelayRefusal) -> Acceptance {
        throw .draining
    }

    package func play(
        show: String, session: SessionID, offer: String
    ) throws(RelayRefusal) -> Acceptance {
        throw .draining
    }

    /// Candidates of the other side; what cannot be used of them is dropped in silence.
    package func add(candidates fragment: TrickleFragment, to session: SessionID) {}

    /// New credentials for both sides; gives ours.
    package func restart(
        _ session: SessionID, _ fragment: TrickleFragment
    ) throws(RelayRefusal) -> TrickleFragment {
        throw .unknownSession
    }

    /// Says goodbye to a session; `onEnded` is not told.
    package func end(_ session: SessionID) {}

    /// Which layer a viewer gets; nil leaves it to the relay.
    package func choose(layer rid: String?, for session: SessionID) throws(RelayRefusal) {
        throw .unknownSession
    }

    package var report: RelayReport { RelayReport() }

    /// How a show stands; nil where there is none of that name.
    package func report(of show: String) -> ShowReport? { nil }

    /// Takes nobody in any more, says goodbye to everybody, and closes the socket.
    package func close() {}

    /// From now on nobody is taken in; those who are there stay.
    package func drain() {}
}

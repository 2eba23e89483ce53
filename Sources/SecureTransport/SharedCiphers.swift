import WebRTC

/// Ciphers that the sessions of one thread use in turn for what is seldom: reports.
///
/// A cipher of its own for each direction would be half of what a viewer costs in memory; setting a
/// key anew costs a third of a microsecond.
package final class SharedCiphers {
    private var ciphers: [(SRTPProfile, SRTPCipher.Direction, SRTPCipher)] = []

    package init() {}

    /// The cipher with a key for the call that follows; nil where the library fails.
    func cipher(
        _ profile: SRTPProfile, _ direction: SRTPCipher.Direction,
        _ keys: borrowing SRTPPartKeys
    ) -> SRTPCipher? {
        let known = ciphers.first { $0.0 == profile && $0.1 == direction }?.2
        guard let cipher = known ?? make(profile, direction), cipher.setKey(keys) else {
            return nil
        }
        return cipher
    }

    private func make(_ profile: SRTPProfile, _ direction: SRTPCipher.Direction) -> SRTPCipher? {
        guard let cipher = SRTPCipher(profile, direction) else { return nil }
        ciphers.append((profile, direction, cipher))
        return cipher
    }
}

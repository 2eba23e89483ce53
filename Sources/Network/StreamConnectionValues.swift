/// What a stream connection may take.
package struct StreamConnectionLimits: Sendable, Equatable {
    package var connectTimeout: Duration
    /// For the handshake of TLS, after the connection stands.
    package var secureTimeout: Duration
    /// Bytes that may wait to be sent; what does not fit is dropped and counted.
    package var queuedBytes: Int

    package init(connectTimeout: Duration, secureTimeout: Duration, queuedBytes: Int) {
        self.connectTimeout = connectTimeout
        self.secureTimeout = secureTimeout
        self.queuedBytes = queuedBytes
    }

    /// For media by a relay: half a second of them at 4 Mbit/s; what is later is of no use.
    package static let relay = StreamConnectionLimits(
        connectTimeout: .seconds(5), secureTimeout: .seconds(5), queuedBytes: 1 << 18)
}

/// What becomes of a stream connection.
package enum StreamConnectionEvent: Sendable, Equatable {
    /// It stands, and over TLS the server has proved who it is.
    case opened
    /// It is gone, not by our own `close`; nothing follows.
    case closed(StreamConnectionEnd)
}

/// Why a stream connection is gone, by the phase that it ended in.
package enum StreamConnectionEnd: Error, Sendable, Equatable {
    /// Nobody took the connection; `code` is the number that errno had.
    case connect(code: Int)
    case connectTimedOut
    /// The server's certificate is not believed; `code` is one of X509_V_ERR_*.
    case untrusted(code: Int)
    /// The handshake of TLS failed, or the server left in it; `code` is as OpenSSL packs it.
    case secure(code: UInt)
    case secureTimedOut
    /// The other side has ended it.
    case ended
    /// It broke, in the handshake or later; `code` is the number that errno had.
    case broken(code: Int)
    /// What came is not TLS, or has been changed on the way.
    case damaged
}

/// What a stream connection has done so far.
package struct StreamConnectionCounters: Sendable, Equatable {
    package var receivedBytes = 0
    package var sentBytes = 0
    /// Pieces that the queue had no room for.
    package var dropped = 0

    package init() {}
}

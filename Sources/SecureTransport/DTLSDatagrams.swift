internal import COpenSSL

/// The two ends of a BIO that keeps datagrams apart, and the timer of the SSL object above it.
///
/// A class, because OpenSSL keeps a pointer to it. The thread that uses the association uses it.
@safe
final class DTLSDatagrams {
    static let maximumLength = 1500
    static let maximumOutgoing = 32

    var incoming: [UInt8]?
    private(set) var outgoing: [[UInt8]] = []
    /// OpenSSL's own timer runs on the machine's clock. It is told to wait for an hour, and made to
    /// expire when our time has come: then it sends the flight anew, with fresh record numbers.
    private var timer: UnsafeMutablePointer<timeval>?

    func takeOutgoing() -> [[UInt8]] {
        // Emptied in place, an array that is given away would be allocated anew each time.
        var taken: [[UInt8]] = []
        swap(&taken, &outgoing)
        return taken
    }

    /// False when no flight waits for an answer.
    func expireTimer() -> Bool {
        guard let timer = unsafe timer, unsafe timer.pointee.tv_sec != 0 else { return false }
        unsafe timer.pointee = timeval(tv_sec: 1, tv_usec: 0)
        return true
    }

    // Made once, never changed, and OpenSSL reads it from any thread.
    nonisolated(unsafe) private static let method: OpaquePointer? = {
        guard let method = unsafe BIO_meth_new(BIO_get_new_index(), "datagrams") else { return nil }
        unsafe BIO_meth_set_write(method) { bio, bytes, count in
            guard let ends = unsafe DTLSDatagrams.of(bio), let bytes = unsafe bytes else {
                return -1
            }
            let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: Int(count))
            if ends.outgoing.count < maximumOutgoing { unsafe ends.outgoing.append(Array(buffer)) }
            return count
        }
        unsafe BIO_meth_set_read(method) { bio, bytes, count in
            guard let ends = unsafe DTLSDatagrams.of(bio), let bytes = unsafe bytes else {
                return -1
            }
            unsafe lc_bio_clear_retry(bio)
            guard let datagram = ends.incoming else {
                unsafe lc_bio_want_read(bio)
                return -1
            }
            ends.incoming = nil
            let length = min(datagram.count, Int(count))
            unsafe UnsafeMutableRawBufferPointer(start: bytes, count: length)
                .copyBytes(from: datagram.prefix(length))
            return Int32(length)
        }
        unsafe BIO_meth_set_ctrl(method) { bio, command, _, argument in
            switch command {
            case lc_bio_ctrl_set_next_timeout:
                unsafe DTLSDatagrams.of(bio)?.timer =
                    argument?.assumingMemoryBound(to: timeval.self)
                return 0
            case lc_bio_ctrl_flush: return 1
            default: return 0
            }
        }
        return unsafe method
    }()

    private static func of(_ bio: OpaquePointer?) -> DTLSDatagrams? {
        guard let data = unsafe BIO_get_data(bio) else { return nil }
        return unsafe Unmanaged<DTLSDatagrams>.fromOpaque(data).takeUnretainedValue()
    }

    /// A BIO over these datagrams, which must outlive it.
    func makeBIO() -> OpaquePointer? {
        guard let method = unsafe Self.method, let bio = unsafe BIO_new(method) else { return nil }
        unsafe BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        unsafe BIO_set_init(bio, 1)
        return unsafe bio
    }
}

internal import CRelayLoad
import Primitives

/// A UDP socket that stands for many viewers: each has an address of its own within 127.0.0.0/8.
///
/// It takes the kernel's word for when a datagram came, so that our own lateness is not blamed on
/// the server. For one thread.
final class LoadSocket {
    /// A run of datagrams that the kernel gives in one piece is at most this long.
    private static let placeBytes = 1 << 16
    private static let batch = Int(LC_LOAD_BATCH)
    private static let sendBytes = 1 << 17
    private static let maximumDatagram = 1500

    let port: UInt16
    private let descriptor: Int32
    private var arena = [UInt8](repeating: 0, count: batch * placeBytes)
    private var received = [lc_load_datagram](repeating: lc_load_datagram(), count: batch)
    private var outgoing = [UInt8](repeating: 0, count: sendBytes)
    private var waiting = [lc_load_datagram](repeating: lc_load_datagram(), count: batch)
    private var waitingCount = 0
    private var waitingBytes = 0
    private(set) var unsent = 0

    init(receiveBytes: Int, joinsRuns: Bool) throws {
        var port: UInt16 = 0
        descriptor = unsafe lc_load_socket(Int32(clamping: receiveBytes), joinsRuns ? 1 : 0, &port)
        guard descriptor >= 0 else {
            throw LoadProblem("a socket: errno \(-descriptor)")
        }
        self.port = port
    }

    /// Datagrams for which there was no room: the run is void then.
    var drops: Int { Int(lc_load_drops(descriptor)) }

    /// Lends each datagram of one batch: its bytes, which may be changed, the address of ours that
    /// it came to, whom it came from, and when. True when more may be waiting.
    func receive(
        _ body: (inout MutableSpan<UInt8>, UInt32, SocketAddress, Int64) -> Void
    ) -> Bool {
        let count = unsafe lc_load_receive(
            descriptor, &arena, UInt32(Self.placeBytes), &received)
        for index in 0..<Int(count) {
            let run = received[index]
            let remote = SocketAddress(ipv4: run.remote, port: run.remote_port)
            let size = run.segment == 0 ? Int(run.length) : Int(run.segment)
            var start = Int(run.start)
            let end = start + Int(run.length)
            while start < end {
                let next = min(start + size, end)
                var all = arena.mutableSpan
                var place = all._mutatingExtracting(start..<next)
                body(&place, run.local, remote, run.arrival)
                start = next
            }
        }
        return Int(count) == Self.batch
    }

    /// Gathers a copy of a datagram; `flush` sends it.
    func send(_ datagram: Span<UInt8>, from local: UInt32, to remote: SocketAddress) {
        guard datagram.count <= Self.maximumDatagram else { return unsent += 1 }
        if waitingCount == Self.batch || waitingBytes + datagram.count > Self.sendBytes { flush() }
        for index in 0..<datagram.count { outgoing[waitingBytes + index] = datagram[index] }
        waiting[waitingCount] = lc_load_datagram(
            local: local, remote: remote.ipv4, remote_port: remote.port, segment: 0,
            start: UInt32(waitingBytes), length: UInt32(datagram.count), arrival: 0)
        waitingCount += 1
        waitingBytes += datagram.count
    }

    func flush() {
        guard waitingCount > 0 else { return }
        unsent += Int(
            unsafe lc_load_send(descriptor, outgoing, waiting, Int32(waitingCount)))
        waitingCount = 0
        waitingBytes = 0
    }
}

/// Why a run cannot go on.
struct LoadProblem: Error, CustomStringConvertible {
    let description: String

    init(_ words: String) { description = words }
}

/// The clocks of a run.
enum LoadClock {
    static var wallNanoseconds: Int64 { lc_load_wall_nanoseconds() }
    static var processNanoseconds: Int64 { lc_load_process_nanoseconds() }
}

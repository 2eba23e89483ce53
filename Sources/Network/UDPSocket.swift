internal import CShims
package import Primitives

/// A UDP socket that receives and sends in batches, and runs of equal size in one piece (GSO).
///
/// For one thread only. Nothing is allocated per datagram: received bytes are lent to a closure,
/// bytes to send are gathered until `flush`.
package final class UDPSocket {
    /// Bytes of a receive place; a longer datagram is discarded and counted.
    package static let placeBytes = 2048
    /// Batches that one `receive` takes, so that others on the loop have their turn.
    package static let batchesPerReceive = 16
    /// Bytes that are gathered before they are sent by themselves.
    package static let gatheredBytes = 1 << 18
    /// The longest datagram that is sent.
    package static let maximumDatagramBytes = 65_000

    private static let batch = LC_BATCH
    /// UDP_MAX_SEGMENTS of the kernel.
    private static let maximumRun = 64

    package let localAddress: SocketAddress
    package private(set) var counters = UDPCounters()
    private let descriptor: Descriptor
    private let isIPv6: Bool
    private var places = [UInt8](repeating: 0, count: batch * placeBytes)
    private var received = [lc_datagram](repeating: lc_datagram(), count: batch)

    private var gathered = [UInt8](repeating: 0, count: gatheredBytes)
    private var gatheredEnd = 0
    private var entries = [lc_datagram](repeating: lc_datagram(), count: batch)
    private var entryCount = 0
    /// How many datagrams each entry holds.
    private var runs = [Int](repeating: 0, count: batch)
    private var isLastRunOpen = false
    /// False once the kernel or the interface has refused to split runs.
    package private(set) var usesSegmentation: Bool

    /// Port 0 takes a free one. An address of IPv6 that is unspecified takes IPv4 too.
    ///
    /// The kernel grants buffer sizes up to its own limits; `bufferBytes` tells what it granted.
    package init(
        at address: SocketAddress, bufferBytes: Int, usesSegmentation: Bool
    ) throws(NetworkError) {
        isIPv6 = !address.isIPv4
        self.usesSegmentation = usesSegmentation
        let family: Int32 = isIPv6 ? 1 : 0
        descriptor = Descriptor(try check(lc_socket(family, 2), .socket))
        let size = Int32(clamping: bufferBytes)
        try check(lc_set_buffers(descriptor.number, size, size), .bufferSizes)
        try check(lc_bind(descriptor.number, family, address.c), .bind)
        var local = lc_address()
        try check(unsafe lc_local_address(descriptor.number, &local), .localAddress)
        localAddress = SocketAddress(local)
    }

    /// What the kernel set aside, by its own count.
    package var bufferBytes: (receive: Int, send: Int) {
        var receive: Int32 = 0
        var send: Int32 = 0
        _ = unsafe lc_buffers(descriptor.number, &receive, &send)
        return (Int(receive), Int(send))
    }

    /// Calls back on the loop whenever datagrams wait.
    package func watch(
        on loop: EventLoop, _ callback: @escaping () -> Void
    ) throws(NetworkError) -> DescriptorWatch {
        try loop.watch(descriptor.number, .readable) { _ in callback() }
    }

    /// Lends each datagram that has come, with its sender; gives how many there were.
    @discardableResult
    package func receive(_ body: (Span<UInt8>, SocketAddress) -> Void) -> Int {
        receiveInPlace { datagram, remote in body(datagram.span, remote) }
    }

    /// The same for whoever opens datagrams where they lie.
    @discardableResult
    package func receiveInPlace(
        _ body: (inout MutableSpan<UInt8>, SocketAddress) -> Void
    ) -> Int {
        var total = 0
        for _ in 0..<Self.batchesPerReceive {
            let count = Int(
                unsafe lc_receive_batch(
                    descriptor.number, &places, UInt32(Self.placeBytes), Int32(Self.batch),
                    &received))
            for index in 0..<max(0, count) {
                let datagram = received[index]
                guard datagram.segment == 0 else {
                    counters.discarded += 1
                    continue
                }
                let (start, length) = (Int(datagram.offset), Int(datagram.length))
                counters.received += 1
                counters.receivedBytes += length
                total += 1
                var all = places.mutableSpan
                var place = all._mutatingExtracting(start..<start + length)
                body(&place, SocketAddress(datagram.address))
            }
            if count < Self.batch { return total }
        }
        return total
    }

    /// Gathers a copy of a datagram to be sent.
    package func send(_ bytes: Span<UInt8>, to address: SocketAddress) {
        send(to: address, maximumBytes: bytes.count) { place in
            place.overwrite(at: 0, with: bytes)
            return bytes.count
        }
    }

    /// Gathers a datagram that `fill` writes where it is sent from; `fill` gives its length, and 0
    /// sends nothing. Datagrams of one size to one address, one after the other, cost least.
    package func send(
        to address: SocketAddress, maximumBytes: Int,
        _ fill: (inout MutableSpan<UInt8>) -> Int
    ) {
        guard maximumBytes >= 0, maximumBytes <= Self.maximumDatagramBytes,
            isIPv6 || address.isIPv4
        else {
            counters.failed += 1
            return
        }
        if gatheredEnd + maximumBytes > Self.gatheredBytes { flush() }
        var all = gathered.mutableSpan
        var place = all._mutatingExtracting(gatheredEnd..<gatheredEnd + maximumBytes)
        let length = fill(&place)
        precondition(length >= 0 && length <= maximumBytes, "a fill beyond its place")
        if length > 0 { gather(length, to: address) }
    }

    private func gather(_ length: Int, to address: SocketAddress) {
        if entryCount > 0, join(length, to: address) { return }
        if entryCount == Self.batch {
            // The bytes lie behind those that are sent now: they are moved to the front.
            let start = gatheredEnd
            flush()
            unsafe gathered.withUnsafeMutableBytes { bytes in
                unsafe bytes.copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + length]))
            }
        }
        entries[entryCount] = lc_datagram(
            address: address.c, offset: UInt32(gatheredEnd), length: UInt32(length), segment: 0)
        runs[entryCount] = 1
        entryCount += 1
        gatheredEnd += length
        isLastRunOpen = usesSegmentation
    }

    /// Whether the datagram could be put to the last entry's run: only the last may be shorter.
    private func join(_ length: Int, to address: SocketAddress) -> Bool {
        let last = entryCount - 1
        let entry = entries[last]
        let size = Int(entry.segment == 0 ? entry.length : entry.segment)
        guard isLastRunOpen, length <= size, runs[last] < Self.maximumRun,
            Int(entry.length) + length <= Self.maximumDatagramBytes,
            SocketAddress(entry.address) == address
        else { return false }
        entries[last].segment = UInt32(size)
        entries[last].length += UInt32(length)
        runs[last] += 1
        gatheredEnd += length
        isLastRunOpen = length == size
        return true
    }

    /// Sends what was gathered. What the kernel has no room for is dropped and counted: for media,
    /// late is worse than lost.
    package func flush() {
        defer {
            entryCount = 0
            gatheredEnd = 0
            isLastRunOpen = false
        }
        var next = 0
        while next < entryCount {
            let sent = sendEntries(from: next)
            if sent > 0 {
                for index in next..<next + sent { countSent(index) }
                next += sent
                continue
            }
            switch -sent {
            case Errors.interrupted: continue
            case Errors.again, Errors.noBuffers:
                for index in next..<entryCount { counters.dropped += runs[index] }
                return
            case Errors.io, Errors.invalid, Errors.unsupported, Errors.noOption, Errors.tooLong:
                if entries[next].segment > 0 {
                    // These three say that it never works here; the others concern this path.
                    if [Errors.io, Errors.unsupported, Errors.noOption].contains(-sent) {
                        usesSegmentation = false
                    }
                    sendSingly(next)
                } else {
                    counters.failed += 1
                }
            default: counters.failed += runs[next]
            }
            next += 1
        }
    }

    private func sendEntries(from first: Int) -> Int {
        unsafe gathered.withUnsafeBufferPointer { bytes in
            unsafe entries.withUnsafeBufferPointer { entries in
                guard let base = bytes.baseAddress, let start = entries.baseAddress else {
                    return 0
                }
                return Int(
                    unsafe lc_send_batch(
                        descriptor.number, isIPv6 ? 1 : 0, base, start + first,
                        Int32(entryCount - first)))
            }
        }
    }

    private func countSent(_ index: Int) {
        counters.sent += runs[index]
        counters.sentBytes += Int(entries[index].length)
        if entries[index].segment > 0 { counters.sentRuns += 1 }
    }

    /// A run that the kernel would not split is sent one by one.
    private func sendSingly(_ index: Int) {
        let entry = entries[index]
        var rest = Int(entry.length)
        var offset = entry.offset
        while rest > 0 {
            let length = min(rest, Int(entry.segment))
            var single = lc_datagram(
                address: entry.address, offset: offset, length: UInt32(length), segment: 0)
            let sent = unsafe lc_send_batch(
                descriptor.number, isIPv6 ? 1 : 0, gathered, &single, 1)
            switch -sent {
            case -1:
                counters.sent += 1
                counters.sentBytes += length
            case Int32(Errors.again), Int32(Errors.noBuffers): counters.dropped += 1
            default: counters.failed += 1
            }
            rest -= length
            offset += UInt32(length)
        }
    }
}

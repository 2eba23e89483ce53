internal import CShims
package import Primitives

/// The UDP endpoints of many members of one process, in one piece of memory.
///
/// Members have a socket each. Where the other side is on this machine they may share some instead,
/// each at an address of its own within 127.0.0.0/8. Sockets are read by their owner's clock; when
/// a datagram came is the kernel's word. For one thread only; nothing is allocated per datagram.
package final class UDPGroup {
    package enum Sharing: Sendable, Equatable {
        case none
        /// So many members to a socket.
        case loopback(membersPerSocket: Int)
    }

    package enum Limits {
        package static let members = 16_384
        /// Of one member, or of one socket that is shared.
        package static let batchesPerTurn = 16
        package static let socketsPerTurn = 4096
        /// A run that the kernel hands over in one piece is at most as long.
        static let placeBytes = 1 << 16
        static let datagram = 1500
        static let gatheredBytes = 1 << 17
        /// The first address of members that share.
        static let firstAddress: UInt32 = 0x7F40_0001
    }

    private struct Endpoint {
        let descriptor: Descriptor
        let isIPv6: Bool
        let port: UInt16
    }

    private static let batch = Int(LC_GROUP_BATCH)
    private static let sending = Int(LC_GROUP_SENDING)

    package let sharing: Sharing
    package private(set) var counters = UDPCounters()
    private let receiveBytes: Int
    private let epoll: Descriptor
    private var endpoints: [Endpoint?] = []
    private var memberCount = 0
    private var arena = [UInt8](repeating: 0, count: batch * Limits.placeBytes)
    private var arrivals = [lc_arrival](repeating: lc_arrival(), count: batch)
    private var events = [lc_event](repeating: lc_event(), count: EventLoop.eventsPerTurn)
    private var gathered = [UInt8](repeating: 0, count: Limits.gatheredBytes)
    private var gatheredEnd = 0
    private var departures = [lc_departure](repeating: lc_departure(), count: sending)
    private var senders = [Int](repeating: 0, count: sending)
    private var departureCount = 0

    /// `receiveBytes` is what the kernel is asked to set aside for each socket; 0 leaves it to it.
    package init(_ sharing: Sharing, receiveBytes: Int) throws(NetworkError) {
        self.sharing = sharing
        self.receiveBytes = receiveBytes
        epoll = Descriptor(try check(lc_epoll_create(), .epoll))
    }

    // MARK: - Members

    /// Adds a member: its number, counted from 0, and where it is reached.
    ///
    /// `address` is where its socket is bound, its port 0; who shares has an address anyway.
    package func add(
        at address: SocketAddress
    ) throws(NetworkError) -> (member: Int, address: SocketAddress) {
        guard memberCount < Limits.members else { throw .full(limit: Limits.members) }
        let member = memberCount
        switch sharing {
        case .none:
            try open(at: address, tellsLocal: false)
            memberCount += 1
            return (member, address.with(port: endpoints[member]?.port ?? 0))
        case .loopback(let members):
            let place = member / max(members, 1)
            if place == endpoints.count {
                try open(at: SocketAddress(ipv4: 0, port: 0), tellsLocal: true)
            }
            memberCount += 1
            let own = Limits.firstAddress + UInt32(member)
            return (member, SocketAddress(ipv4: own, port: endpoints[place]?.port ?? 0))
        }
    }

    private func open(at address: SocketAddress, tellsLocal: Bool) throws(NetworkError) {
        let family: Int32 = address.isIPv4 ? 0 : 1
        let descriptor = Descriptor(
            try check(
                lc_group_socket(family, Int32(clamping: receiveBytes), tellsLocal ? 1 : 0),
                .socket))
        try check(lc_bind(descriptor.number, family, address.c), .bind)
        var local = lc_address()
        try check(unsafe lc_local_address(descriptor.number, &local), .localAddress)
        try check(
            lc_epoll_control(
                epoll.number, 1, descriptor.number, Readiness.readable.rawValue,
                UInt64(endpoints.count)), .epoll)
        endpoints.append(
            Endpoint(descriptor: descriptor, isIPv6: family == 1, port: local.port))
    }

    /// A member that has left is not heard any more; its number is not given again.
    package func remove(_ member: Int) {
        guard sharing == .none, endpoints.indices.contains(member) else { return }
        flush()
        endpoints[member] = nil
    }

    /// The address that this machine would reach another by.
    package static func source(for remote: SocketAddress) throws(NetworkError) -> SocketAddress {
        var local = lc_address()
        try check(unsafe lc_source_address(remote.c, &local), .localAddress)
        return SocketAddress(local)
    }

    /// Datagrams for which sockets had no room.
    package var drops: Int {
        endpoints.reduce(0) { sum, endpoint in
            sum + (endpoint.map { max(0, Int(lc_socket_drops($0.descriptor.number))) } ?? 0)
        }
    }

    // MARK: - What comes

    /// Lends each datagram that has come: its bytes, which may be changed, its member, whom it came
    /// from and when. `now` is the instant of this turn.
    package func receive(
        now: Instant, _ body: (inout MutableSpan<UInt8>, Int, SocketAddress, Instant) -> Void
    ) {
        // Both clocks at one time: what the kernel says is on the clock of the day.
        let difference = lc_wall_nanoseconds() - lc_monotonic_nanoseconds()
        var left = Limits.socketsPerTurn
        while left > 0 {
            let wanted = min(left, EventLoop.eventsPerTurn)
            let ready = Int(unsafe lc_epoll_wait(epoll.number, &events, Int32(wanted), 0))
            for place in 0..<max(0, ready) {
                read(Int(events[place].token), difference, now, body)
            }
            guard ready == wanted else { return }
            left -= ready
        }
    }

    private func read(
        _ place: Int, _ difference: Int64, _ now: Instant,
        _ body: (inout MutableSpan<UInt8>, Int, SocketAddress, Instant) -> Void
    ) {
        for _ in 0..<Limits.batchesPerTurn {
            guard let endpoint = endpoints[place] else { return }
            let count = Int(
                unsafe lc_group_receive(
                    endpoint.descriptor.number, &arena, UInt32(Limits.placeBytes),
                    Int32(Self.batch), &arrivals))
            for index in 0..<max(0, count) {
                let run = arrivals[index]
                guard let member = member(place, run.local) else {
                    counters.discarded += 1
                    continue
                }
                let at = run.arrival == 0 ? now.nanoseconds : run.arrival - difference
                lend(run, member, Instant(nanoseconds: min(at, now.nanoseconds)), body)
            }
            if count < Self.batch { return }
        }
    }

    private func lend(
        _ run: lc_arrival, _ member: Int, _ at: Instant,
        _ body: (inout MutableSpan<UInt8>, Int, SocketAddress, Instant) -> Void
    ) {
        let remote = SocketAddress(run.remote)
        let size = run.segment == 0 ? Int(run.length) : Int(run.segment)
        var start = Int(run.offset)
        let end = start + Int(run.length)
        counters.receivedBytes += Int(run.length)
        while start < end {
            let next = min(start + size, end)
            var all = arena.mutableSpan
            var datagram = all._mutatingExtracting(start..<next)
            counters.received += 1
            body(&datagram, member, remote, at)
            start = next
        }
    }

    private func member(_ place: Int, _ local: UInt32) -> Int? {
        guard case .loopback(let members) = sharing else { return place }
        let number = Int(local &- Limits.firstAddress)
        return number < memberCount && number / max(members, 1) == place ? number : nil
    }

    // MARK: - What goes

    /// Gathers a copy of a datagram; `flush` sends it.
    package func send(_ datagram: Span<UInt8>, from member: Int, to remote: SocketAddress) {
        guard datagram.count <= Limits.datagram, member < memberCount else {
            counters.failed += 1
            return
        }
        if departureCount == Self.sending || gatheredEnd + datagram.count > Limits.gatheredBytes {
            flush()
        }
        var target = gathered.mutableSpan
        target.overwrite(at: gatheredEnd, with: datagram)
        var local: UInt32 = 0
        var place = member
        if case .loopback(let members) = sharing {
            local = Limits.firstAddress + UInt32(member)
            place = member / max(members, 1)
        }
        departures[departureCount] = lc_departure(
            remote: remote.c, local: local, offset: UInt32(gatheredEnd),
            length: UInt32(datagram.count))
        senders[departureCount] = place
        departureCount += 1
        gatheredEnd += datagram.count
        counters.sentBytes += datagram.count
    }

    /// Sends what was gathered; what there is no room for is dropped and counted.
    package func flush() {
        var start = 0
        while start < departureCount {
            var end = start + 1
            while end < departureCount, senders[end] == senders[start] { end += 1 }
            let failed = send(start..<end)
            counters.sent += end - start - failed
            counters.dropped += failed
            start = end
        }
        departureCount = 0
        gatheredEnd = 0
    }

    private func send(_ range: Range<Int>) -> Int {
        guard let endpoint = endpoints[senders[range.lowerBound]] else { return range.count }
        return unsafe gathered.withUnsafeBufferPointer { bytes in
            unsafe departures.withUnsafeBufferPointer { entries in
                guard let base = bytes.baseAddress, let first = entries.baseAddress else {
                    return range.count
                }
                return Int(
                    unsafe lc_group_send(
                        endpoint.descriptor.number, endpoint.isIPv6 ? 1 : 0, base,
                        first + range.lowerBound, Int32(range.count)))
            }
        }
    }
}

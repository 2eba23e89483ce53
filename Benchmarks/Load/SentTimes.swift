internal import CRelayLoad

/// When each packet of the show left its publisher, by the frame that it belongs to.
///
/// The publisher's thread writes and the viewers' threads read; what is older than the table is
/// gone.
@safe
final class SentTimes: @unchecked Sendable {
    // Each number is read and written whole, by atomic operations.
    static let frames = 4096
    static let packetsOfFrame = 64

    private let times: UnsafeMutablePointer<Int64>
    private let numbers: UnsafeMutablePointer<Int64>

    init() {
        unsafe times = .allocate(capacity: Self.frames * Self.packetsOfFrame)
        unsafe times.initialize(repeating: 0, count: Self.frames * Self.packetsOfFrame)
        unsafe numbers = .allocate(capacity: Self.frames)
        unsafe numbers.initialize(repeating: -1, count: Self.frames)
    }

    deinit {
        unsafe times.deallocate()
        unsafe numbers.deallocate()
    }

    /// Notes a packet by its place in its frame.
    func note(frame: Int, packet: Int, at time: Int64) {
        guard packet < Self.packetsOfFrame else { return }
        let row = frame % Self.frames
        if unsafe lc_load_get(numbers + row) != Int64(frame) {
            for place in 0..<Self.packetsOfFrame {
                unsafe lc_load_put(times + row * Self.packetsOfFrame + place, 0)
            }
            unsafe lc_load_put(numbers + row, Int64(frame))
        }
        unsafe lc_load_put(times + row * Self.packetsOfFrame + packet, time)
    }

    /// Nil for what has not been sent, or too long ago.
    func time(frame: Int, packet: Int) -> Int64? {
        guard frame >= 0, packet >= 0, packet < Self.packetsOfFrame else { return nil }
        let row = frame % Self.frames
        guard unsafe lc_load_get(numbers + row) == Int64(frame) else { return nil }
        let time = unsafe lc_load_get(times + row * Self.packetsOfFrame + packet)
        return time == 0 ? nil : time
    }
}

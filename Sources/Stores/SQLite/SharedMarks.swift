internal import CShims
internal import Glibc
import Synchronization

/// A little memory that all connections to a store share, in whatever process: counts of syncs, and
/// bells that wake who waits for the disk or for the right to write.
///
/// It is a file beside the store. Nothing that matters rests on it: without it everybody syncs
/// alone and looks again after a while. What a power cut leaves in it does no harm.
@safe final class SharedMarks {
    private static let byteCount = 4096

    let storePath: String
    private var descriptor: Int32 = -1
    private var memory: UnsafeMutableRawPointer?
    private var hasFailed = false

    init(storePath: String) {
        unsafe memory = nil
        self.storePath = storePath
    }

    deinit {
        if let memory = unsafe memory { unsafe munmap(memory, Self.byteCount) }
        if descriptor >= 0 { close(descriptor) }
    }

    /// Whether there is such memory. It is made with the first change or wait: who only reads
    /// leaves nothing behind.
    func open() -> Bool {
        if isOpen { return true }
        guard !hasFailed else { return false }
        hasFailed = true
        descriptor = unsafe Glibc.open(
            storePath + "-sync", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        // A page that the disk has no room for would end the process when it is written.
        guard descriptor >= 0, posix_fallocate(descriptor, 0, off_t(Self.byteCount)) == 0 else {
            return false
        }
        let mapped = unsafe mmap(
            nil, Self.byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else { return false }
        unsafe memory = unsafe mapped
        mend()
        return true
    }

    /// In a file that somebody has damaged more syncs may be done than were begun: everybody would
    /// believe to be on the disk.
    private func mend() {
        guard tryToSync() else { return }
        if !(0..<Int64.max / 2).contains(self[.begunSyncs]) { self[.begunSyncs] = 0 }
        if self[.doneSyncs] > self[.begunSyncs] { self[.doneSyncs] = 0 }
        endSync()
    }

    var isOpen: Bool { unsafe memory != nil }

    /// Where each count lies; bells have the count of those who wait behind them.
    enum Count: Int {
        case begunSyncs = 0
        case doneSyncs = 8
    }

    enum Bell: Int {
        case syncDone = 16
        case turnOver = 24
    }

    subscript(count: Count) -> Int64 {
        get {
            unsafe word(Int64.self, count.rawValue).pointee.load(ordering: .sequentiallyConsistent)
        }
        set {
            unsafe word(Int64.self, count.rawValue).pointee
                .store(newValue, ordering: .sequentiallyConsistent)
        }
    }

    /// How often a bell has rung: who waits for the next time asks before it looks whether it has
    /// to wait.
    func rings(of bell: Bell) -> UInt32 {
        guard isOpen else { return 0 }
        return unsafe word(UInt32.self, bell.rawValue).pointee.load(
            ordering: .sequentiallyConsistent)
    }

    /// Wakes some of those who wait.
    func ring(_ bell: Bell, for count: Int32) {
        unsafe word(UInt32.self, bell.rawValue).pointee
            .wrappingAdd(1, ordering: .sequentiallyConsistent)
        let waiting = unsafe word(UInt32.self, bell.rawValue + 4).pointee
            .load(ordering: .sequentiallyConsistent)
        if waiting > 0 { unsafe lc_bell_wake(address(bell.rawValue), count) }
    }

    /// Waits until a bell has rung more often than was heard; no longer than `limit`. The
    /// nanoseconds that it took.
    func wait(for bell: Bell, heard: UInt32, limit: Int64) -> Int64 {
        // Who is killed while it waits is counted for ever: each ring then costs a call.
        unsafe word(UInt32.self, bell.rawValue + 4).pointee
            .wrappingAdd(1, ordering: .sequentiallyConsistent)
        defer {
            unsafe word(UInt32.self, bell.rawValue + 4).pointee
                .wrappingSubtract(1, ordering: .sequentiallyConsistent)
        }
        return unsafe lc_bell_wait(address(bell.rawValue), heard, limit)
    }

    /// Whether this connection is the one that syncs now.
    func tryToSync() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

    func endSync() { flock(descriptor, LOCK_UN) }

    private func address(_ offset: Int) -> UnsafeMutableRawPointer {
        guard let memory = unsafe memory else {
            preconditionFailure("marks that are not open")
        }
        return unsafe memory + offset
    }

    private func word<Value: AtomicRepresentable>(
        _: Value.Type, _ offset: Int
    ) -> UnsafeMutablePointer<Atomic<Value>> {
        unsafe address(offset).assumingMemoryBound(to: Atomic<Value>.self)
    }
}

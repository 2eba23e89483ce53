internal import Glibc

/// What a new thread begins with.
final class ThreadStart: Sendable {
    private let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }

    /// A thread that is not detached has to be joined.
    func go(isDetached: Bool) throws(NetworkError) {
        var thread = pthread_t()
        let box = unsafe Unmanaged.passRetained(self)
        let code = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, unsafe box.toOpaque())
        guard code == 0 else {
            unsafe box.release()
            throw .system(.thread, code: code)
        }
        if isDetached { pthread_detach(thread) }
    }
}

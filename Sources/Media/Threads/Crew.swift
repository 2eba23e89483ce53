internal import CFFmpeg
internal import Glibc

/// Threads that do numbered jobs beside one another; what they make is taken in the order of the
/// numbers, so that a result never depends on which thread was faster.
package enum Crew {
    package enum Limits {
        package static let threads = 64
        /// How often the calling thread looks up while it waits.
        static let tickMilliseconds = 50
    }

    /// Does the jobs from 0 on, and gives each answer to `take`, on the calling thread and in
    /// order. No job begins that is `ahead` or more before the one that is waited for.
    /// `meanwhile` is called there again and again, to look whether the flag is to be raised.
    ///
    /// The first failure, of a job or of `take`, ends it when all threads have ended. False where
    /// the flag was raised: then not all were done.
    package static func work<Answer: Sendable, Problem: Error>(
        jobs count: Int, threads: Int, ahead: Int, stop: StopFlag,
        job: @escaping @Sendable (Int) throws(Problem) -> Answer,
        take: (Int, Answer) throws(Problem) -> Void, meanwhile: () -> Void
    ) throws(Problem) -> Bool {
        let threads = min(max(1, threads), Limits.threads, count)
        let board = JobBoard<Answer, Problem>(count: count, ahead: max(ahead, threads))
        var begun = 0
        for _ in 0..<threads {
            let start = CrewThread {
                while !stop.isRaised, let number = board.next() {
                    do throws(Problem) {
                        board.put(.success(try job(number)), as: number)
                    } catch {
                        board.put(.failure(error), as: number)
                    }
                }
                board.leave()
            }
            if start.go(on: board.entered) { begun += 1 }
        }
        // Without a second thread the work is done here, one job after another.
        guard begun > 0 else { return try alone(count, stop, job, take, meanwhile) }
        defer { board.close() }
        for number in 0..<count {
            guard let answer = board.take(number, meanwhile) else { return false }
            switch answer {
            case .success(let answer): try take(number, answer)
            case .failure(let problem): throw problem
            }
        }
        return true
    }

    private static func alone<Answer, Problem: Error>(
        _ count: Int, _ stop: StopFlag, _ job: (Int) throws(Problem) -> Answer,
        _ take: (Int, Answer) throws(Problem) -> Void, _ meanwhile: () -> Void
    ) throws(Problem) -> Bool {
        for number in 0..<count {
            meanwhile()
            guard !stop.isRaised else { return false }
            try take(number, try job(number))
        }
        return true
    }
}

/// Which jobs have been given out, and the answers that nobody has taken yet.
@safe
private final class JobBoard<Answer: Sendable, Problem: Error>:
    @unchecked Sendable  // the mutex guards everything
{
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let count: Int
    private let ahead: Int
    private var given = 0
    private var taken = 0
    private var workers = 0
    private var isClosed = false
    private var answers: [Result<Answer, Problem>?]

    init(count: Int, ahead: Int) {
        self.count = count
        self.ahead = ahead
        answers = Array(repeating: nil, count: ahead)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(changed, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(changed)
        unsafe pthread_mutex_destroy(mutex)
        unsafe changed.deallocate()
        unsafe mutex.deallocate()
    }

    /// A thread is about to begin; it counts from now on.
    func entered(_ isIn: Bool) {
        locked { workers += isIn ? 1 : -1 }
    }

    func leave() { entered(false) }

    /// The number of a job that may begin now; nil when there is none any more.
    func next() -> Int? {
        locked {
            while !isClosed, given < count, given >= taken + ahead { wait() }
            guard !isClosed, given < count else { return nil }
            defer { given += 1 }
            return given
        }
    }

    func put(_ answer: Result<Answer, Problem>, as number: Int) {
        locked {
            if case .failure = answer { given = count }
            answers[number % ahead] = answer
        }
    }

    /// Waits for an answer; nil where no thread is left that could give it.
    func take(_ number: Int, _ meanwhile: () -> Void) -> Result<Answer, Problem>? {
        locked {
            while answers[number % ahead] == nil, workers > 0 {
                waitForTick()
                unsafe pthread_mutex_unlock(mutex)
                meanwhile()
                unsafe pthread_mutex_lock(mutex)
            }
            defer {
                answers[number % ahead] = nil
                taken = number + 1
            }
            return answers[number % ahead]
        }
    }

    /// No further job begins; returns when all threads have ended.
    func close() {
        locked {
            isClosed = true
            unsafe pthread_cond_broadcast(changed)
            while workers > 0 { wait() }
        }
    }

    private func wait() { unsafe pthread_cond_wait(changed, mutex) }

    private func waitForTick() {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        time.tv_nsec += Crew.Limits.tickMilliseconds * 1_000_000
        if time.tv_nsec >= 1_000_000_000 {
            time.tv_sec += 1
            time.tv_nsec -= 1_000_000_000
        }
        unsafe pthread_cond_timedwait(changed, mutex, &time)
    }

    private func locked<Value>(_ body: () -> Value) -> Value {
        unsafe pthread_mutex_lock(mutex)
        defer {
            unsafe pthread_cond_broadcast(changed)
            unsafe pthread_mutex_unlock(mutex)
        }
        return body()
    }
}

/// What a thread of a crew begins with.
final class CrewThread: Sendable {
    private let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }

    /// False where the system has no thread left.
    func go(on count: (Bool) -> Void) -> Bool {
        count(true)
        var thread = pthread_t()
        let box = unsafe Unmanaged.passRetained(self)
        let code = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<CrewThread>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, unsafe box.toOpaque())
        guard code == 0 else {
            unsafe box.release()
            count(false)
            return false
        }
        pthread_detach(thread)
        return true
    }
}

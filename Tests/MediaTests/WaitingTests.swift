import Glibc
@testable import Media
import TestSupport
import Testing

/// Inputs and outputs that keep us waiting.
@Suite(.timeLimit(.minutes(5)))
struct WaitingTests {
    let folder = ScratchFolder()

    /// Raises the flag from another thread when the body has been under way for a while.
    private func stopping(_ body: (StopFlag) throws -> Void) throws {
        let stop = StopFlag()
        let thread = try Thread {
            var pause = timespec(tv_sec: 0, tv_nsec: 200_000_000)
            unsafe nanosleep(&pause, nil)
            stop.raise()
        }
        defer { thread.join() }
        #expect(throws: MediaError.stopped) { try body(stop) }
    }

    @Test func `a server that says nothing is waited for no longer than told`() throws {
        let server = try SilentServer()
        let clock = ContinuousClock()
        let start = clock.now
        #expect(throws: MediaError.timedOut(after: .milliseconds(300))) {
            _ = try InputReader(
                .url("http://127.0.0.1:\(server.port)/x.mp4"),
                options: InputOptions(
                    start: .zero, probing: .full, timeout: .milliseconds(300)),
                stop: StopFlag())
        }
        #expect(clock.now - start < .seconds(5))
    }

    @Test func `the flag ends the wait for a server`() throws {
        let server = try SilentServer()
        try stopping { stop in
            _ = try InputReader(
                .url("rtmp://127.0.0.1:\(server.port)/live/x"),
                options: InputOptions(start: .zero, probing: .full, timeout: .seconds(50)),
                stop: stop)
        }
        try stopping { stop in
            _ = try ContainerWriter(
                .rtmp(url: "rtmp://127.0.0.1:\(server.port)/live/x", trust: .system),
                tracks: [.opusOrAAC(.aac)], timeout: .seconds(50), stop: stop)
        }
    }

    @Test func `the flag ends the wait for a pipe that nobody writes to`() throws {
        let path = folder.path("pipe")
        try #require(unsafe mkfifo(path, 0o600) == 0)
        // Both ends, so that the reader doesn't find an end of file.
        let writer = unsafe open(path, O_RDWR)
        defer { close(writer) }
        try stopping { stop in
            _ = try InputReader(
                .file(path: path),
                options: InputOptions(start: .zero, probing: .quick, timeout: .seconds(50)),
                stop: stop)
        }
        #expect(throws: MediaError.timedOut(after: .milliseconds(100))) {
            _ = try InputReader(
                .file(path: path),
                options: InputOptions(
                    start: .zero, probing: .quick, timeout: .milliseconds(100)),
                stop: StopFlag())
        }
    }

    @Test func `what the library has logged gives no secret away`() {
        let cases = [
            ("opening rtmp://host:1935/live/KEY?x=1 failed", "opening rtmp://host:1935/… failed"),
            ("'rtsp://user:word@camera/1': no", "'rtsp://camera/… no"),
            ("tcp://127.0.0.1:1 refused", "tcp://127.0.0.1:1 refused"),
            ("nothing  here", "nothing  here"),
        ]
        for (line, shown) in cases { #expect(LibraryLog.withoutSecrets(line) == shown) }
    }

    @Test func `what is not there, or is no media, is told apart`() throws {
        let text = folder.write(String(repeating: "no media at all\n", count: 50), to: "x.mp4")
        let cases: [(InputAddress, [LibraryProblem.Cause])] = [
            (.file(path: folder.path("absent.mp4")), [.notFound]),
            (.file(path: text), [.invalidData]),
            (.url("nonsense://x"), [.unknownProtocol]),
            (.url("http://127.0.0.1:1/x"), [.connectionRefused]),
            (.url("http://no-such-host.invalid/x"), [.unknownHost, .other]),
        ]
        for (address, causes) in cases {
            #expect(
                "\(address)",
                performing: {
                    _ = try InputReader(address, options: .plain, stop: StopFlag())
                },
                throws: { error in
                    guard case .library(let problem)? = error as? MediaError else { return false }
                    return causes.contains(problem.cause)
                })
        }
    }
}

/// A thread of a test.
final class Thread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private var thread = pthread_t()

    init(_ body: @escaping @Sendable () -> Void) throws {
        let box = unsafe Unmanaged.passRetained(Body(body))
        let code = unsafe pthread_create(
            &thread, nil,
            { argument in
                if let argument = unsafe argument {
                    unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                }
                return nil
            }, unsafe box.toOpaque())
        guard code == 0 else { throw TestFailure(words: "no thread") }
    }

    func join() {
        _ = pthread_join(thread, nil)
    }
}

extension TrackDescription {
    static func opusOrAAC(_ codec: TrackCodec, configuration: [UInt8] = []) -> TrackDescription {
        TrackDescription(
            index: 0, codec: codec, timeBase: .audio,
            content: .sound(SoundTrack(sampleRate: 48_000, channels: 2)), profile: nil,
            configuration: configuration, duration: nil, bitRate: 128_000)
    }
}

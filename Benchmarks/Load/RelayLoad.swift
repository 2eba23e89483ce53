import Glibc
import Network
import SecureTransport

/// Puts a show and many viewers on a server of WHIP and WHEP, and says what came of it.
///
/// One thread publishes and one plays all viewers; both are on one core, away from the server's.
@main
enum RelayLoad {
    static func main() {
        do {
            try run(LoadOptions(Array(CommandLine.arguments.dropFirst())))
        } catch {
            write("relay-load: \(error)\n", to: 2)
            exit(2)
        }
    }

    private static func run(_ options: LoadOptions) throws {
        let cryptography = try OpenSSLCryptography(try Certificate())
        let state = LoadState()
        let times = ShowTimes()
        let publishing = try EventLoop(name: "publisher", processor: options.core)
        let playing = try EventLoop(name: "viewers", processor: options.core)
        let publisher = Kept<LoadPublisher>()
        publishing.submit {
            do {
                publisher.value = try LoadPublisher(
                    on: publishing, options: options, cryptography: cryptography, times: times,
                    state: state)
            } catch {
                state.fail("no publisher: \(error)")
            }
        }
        let conductor = Kept<LoadConductor>()
        playing.submit {
            do {
                let audience = try LoadAudience(
                    on: playing, options: options, cryptography: cryptography, times: times)
                conductor.value = LoadConductor(
                    on: playing, options: options, audience: audience, state: state,
                    endPublishing: { done in
                        publishing.submit {
                            guard let publisher = publisher.value else { return done() }
                            publisher.close(done)
                        }
                    },
                    say: { write($0 + "\n", to: 1) })
            } catch {
                write("relay-load: \(error)\n", to: 2)
                playing.stop()
            }
        }
        playing.join()
        publishing.stop()
        publishing.join()
        if let failure = state.failure { throw LoadProblem(failure) }
    }

    private static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = unsafe Glibc.write(descriptor, bytes, bytes.count)
    }
}

/// Holds what a loop's thread has made.
final class Kept<Value>: @unchecked Sendable {
    // Only the thread of its loop touches it, and the main thread lets go of it after the end.
    var value: Value?
}

import Measures
import Network
import Primitives
import WebRTC

/// A server of the Network Time Protocol. For its loop's thread only.
final class NTPTeller: ClockTeller {
    private struct Question {
        let mark: UInt64
        let asked: Instant
        let completion: (Result<ClockEstimate.Exchange, ClockProblem>) -> Void
    }

    private let loop: EventLoop
    private let server: SocketAddress
    private let socket: UDPSocket
    private var watch: DescriptorWatch?
    private var timer: LoopTimer?
    private var question: Question?

    private static let bufferBytes = 65_536

    init(_ server: SocketAddress, on loop: EventLoop) throws(NetworkError) {
        self.loop = loop
        self.server = server
        let own =
            server.isIPv4
            ? SocketAddress(ipv4: 0, port: 0) : SocketAddress(high: 0, low: 0, port: 0)
        socket = try UDPSocket(at: own, bufferBytes: Self.bufferBytes, usesSegmentation: false)
        watch = try socket.watch(on: loop) { [weak self] in self?.receive() }
        timer = loop.timer { [weak self] in self?.finish(.failure(.timeout)) }
    }

    deinit {
        watch?.cancel()
        timer?.cancel()
    }

    func ask(
        _ completion: @escaping (Result<ClockEstimate.Exchange, ClockProblem>) -> Void
    ) throws(ClockProblem) {
        var random = SystemRandomNumberGenerator()
        let mark = random.next()
        let bytes = NTPReply.question(mark: mark)
        question = Question(
            mark: mark, asked: HostClock.read().instant, completion: completion)
        timer?.set(at: loop.now + ClockTellerLimits.patience)
        socket.send(bytes.span, to: server)
        socket.flush()
    }

    private func receive() {
        var result: Result<ClockEstimate.Exchange, ClockProblem>?
        let (question, server) = (question, server)
        socket.receive { bytes, sender in
            // A turn of the loop may have begun before this was there.
            let now = HostClock.read().instant
            guard let question, sender == server, result == nil else { return }
            do throws(NTPReply.Problem) {
                let reply = try NTPReply(parsing: bytes, mark: question.mark)
                result = .success(
                    ClockEstimate.Exchange(
                        asked: question.asked,
                        theirReceiptNanoseconds: reply.receipt.nanosecondsSince1970,
                        theirReplyNanoseconds: reply.reply.nanosecondsSince1970,
                        answered: max(now, question.asked), theirError: reply.error))
            } catch {
                switch error {
                // Anybody may send such a thing; the right answer may still come.
                case .malformed, .notAsked: break
                case .unsynchronised: result = .failure(.unsynchronised)
                case .tooOften: result = .failure(.tooOften)
                case .denied: result = .failure(.denied)
                }
            }
        }
        if let result { finish(result) }
    }

    private func finish(_ result: Result<ClockEstimate.Exchange, ClockProblem>) {
        timer?.cancel()
        let question = question
        self.question = nil
        question?.completion(result)
    }
}

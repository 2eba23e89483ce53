internal import CCurl
package import HTTP
import Primitives

/// An HTTP/1.1 client on a loop, plain or over TLS: libcurl, driven by the loop's readiness.
///
/// For the loop's thread only. It follows no redirects: that is its caller's to decide.
@safe package final class HTTPClient {
    let options: HTTPClientOptions
    private let multi: UnsafeMutableRawPointer
    private let loop: EventLoop
    private var watches: [Int32: DescriptorWatch] = [:]
    /// By the address of libcurl's handle.
    private var transfers: [UInt: HTTPTransfer] = [:]
    private var timer: LoopTimer?

    /// CURL_SOCKET_TIMEOUT, which is a macro.
    private static let noSocket: Int32 = -1
    /// Connections that are kept for later requests.
    private static let keptConnections = 16
    // Once in a process, before the first handle; 3 is CURL_GLOBAL_ALL.
    private static let isReady = curl_global_init(3) == CURLE_OK

    package init(on loop: EventLoop, options: HTTPClientOptions) throws(HTTPClientProblem) {
        guard Self.isReady, let multi = unsafe curl_multi_init() else { throw .outOfMemory }
        unsafe self.multi = multi
        self.loop = loop
        self.options = options
        timer = loop.timer { [weak self] in self?.act(HTTPClient.noSocket, 0) }
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe lc_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, Self.keptConnections)
        unsafe lc_curl_multi_on_timer(multi, Self.timerCallback, context)
        unsafe lc_curl_multi_on_socket(multi, Self.socketCallback, context)
    }

    deinit {
        // Nothing may call back into what is going away.
        unsafe lc_curl_multi_on_timer(multi, nil, nil)
        unsafe lc_curl_multi_on_socket(multi, nil, nil)
        for watch in watches.values { watch.cancel() }
        for transfer in transfers.values {
            unsafe curl_multi_remove_handle(multi, transfer.easy)
        }
        unsafe curl_multi_cleanup(multi)
        timer?.cancel()
    }

    package var transferCount: Int { transfers.count }

    /// Sends a request whose target is an absolute URL; calls back once, never before it returns.
    ///
    /// The callback is not called when the client itself goes away.
    @discardableResult
    package func send(
        _ request: HTTPRequest, limits: HTTPTransferLimits,
        _ completion: @escaping (Result<HTTPReply, HTTPClientProblem>) -> Void
    ) throws(HTTPClientProblem) -> HTTPTransfer {
        guard transfers.count < options.transfers else {
            throw .busy(limit: options.transfers)
        }
        let transfer = try HTTPTransfer(
            request, limits: limits, client: self, completion: completion)
        transfers[transfer.key] = transfer
        guard unsafe curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
            transfers[transfer.key] = nil
            throw .outOfMemory
        }
        return transfer
    }

    func remove(_ transfer: HTTPTransfer) {
        unsafe curl_multi_remove_handle(multi, transfer.easy)
        transfers[transfer.key] = nil
    }

    private func act(_ descriptor: Int32, _ readiness: Int32) {
        var running: Int32 = 0
        unsafe curl_multi_socket_action(multi, descriptor, readiness, &running)
        var code = CURLE_OK
        // The completion may send or cancel others, which changes what comes next.
        while let easy = unsafe lc_curl_multi_next_done(multi, &code) {
            guard let transfer = transfers[UInt(bitPattern: easy)] else { continue }
            let result = transfer.result(code)
            remove(transfer)
            transfer.finish(result)
        }
    }

    // MARK: libcurl's wishes

    private static let timerCallback: curl_multi_timer_callback = { _, milliseconds, context in
        guard let context = unsafe context else { return -1 }
        let client = unsafe Unmanaged<HTTPClient>.fromOpaque(context).takeUnretainedValue()
        if milliseconds < 0 {
            client.timer?.cancel()
        } else {
            client.timer?.set(at: client.loop.now + .milliseconds(milliseconds))
        }
        return 0
    }

    private static let socketCallback: curl_socket_callback = {
        _, descriptor, wish, context, _ in
        guard let context = unsafe context else { return -1 }
        let client = unsafe Unmanaged<HTTPClient>.fromOpaque(context).takeUnretainedValue()
        return client.watch(descriptor, wish) ? 0 : -1
    }

    private func watch(_ descriptor: Int32, _ wish: Int32) -> Bool {
        guard wish != CURL_POLL_REMOVE else {
            watches.removeValue(forKey: descriptor)?.cancel()
            return true
        }
        var interest: Readiness = []
        if wish != CURL_POLL_OUT { interest.insert(.readable) }
        if wish != CURL_POLL_IN { interest.insert(.writable) }
        if let watch = watches[descriptor] {
            watch.set(interest)
            return true
        }
        let watch = try? loop.watch(descriptor, interest) { [weak self] readiness in
            self?.act(descriptor, Int32(readiness.rawValue))
        }
        watches[descriptor] = watch
        return watch != nil
    }
}

internal import CCurl
import HTTP
import Primitives

/// A request under way, which can be cancelled. For the loop's thread only.
@safe package final class HTTPTransfer {
    typealias Completion = (Result<HTTPReply, HTTPClientProblem>) -> Void

    let easy: UnsafeMutableRawPointer
    private let limits: HTTPTransferLimits
    private let isSecure: Bool
    private let body: [UInt8]
    private var fieldList: UnsafeMutablePointer<curl_slist>?
    private var completion: Completion?
    private weak var client: HTTPClient?
    private var response = HTTPResponse(status: 0)
    private var headerBytes = 0
    private var isHeadDone = false
    private var excess: HTTPClientProblem?
    /// libcurl tells no connect time before TLS is done too.
    private var hasBegunTLS = false

    init(
        _ request: HTTPRequest, limits: HTTPTransferLimits, client: HTTPClient,
        completion: @escaping Completion
    ) throws(HTTPClientProblem) {
        let url: URL
        do throws(URLProblem) {
            url = try URL(parsing: request.target)
        } catch {
            throw .badURL(error)
        }
        guard url.isHTTP else { throw .badURL(nil) }
        guard request.method.isToken,
            request.fields.all.allSatisfy({
                $0.name.isToken && $0.value.utf8.allSatisfy(\.isFieldByte)
            })
        else { throw .badRequest }
        guard let easy = unsafe curl_easy_init() else { throw .outOfMemory }
        unsafe self.easy = easy
        self.limits = limits
        self.client = client
        self.completion = completion
        isSecure = url.scheme == "https"
        // One byte more, so that there is an address even where nothing is sent.
        body = request.body + [0]
        set(url, client.options)
        set(request)
    }

    var key: UInt { unsafe UInt(bitPattern: easy) }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe curl_slist_free_all(fieldList)
    }

    /// Ends it; the completion is told `cancelled`. Does nothing when it has ended.
    package func cancel() {
        guard completion != nil else { return }
        client?.remove(self)
        finish(.failure(.cancelled))
    }

    func finish(_ result: Result<HTTPReply, HTTPClientProblem>) {
        let completion = completion
        self.completion = nil
        completion?(result)
    }

    // MARK: what is asked

    private func set(_ url: URL, _ options: HTTPClientOptions) {
        set(CURLOPT_URL, url.text)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_USERAGENT, options.userAgent)
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_HTTP_VERSION, 2)  // HTTP/1.1
        set(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(limits.connectTimeout))
        set(CURLOPT_TIMEOUT_MS, Self.milliseconds(limits.totalTimeout))
        set(CURLOPT_SSL_VERIFYPEER, options.verifiesPeer ? 1 : 0)
        set(CURLOPT_SSL_VERIFYHOST, options.verifiesPeer ? 2 : 0)
        if let path = options.authorityPath { set(CURLOPT_CAINFO, path) }
        if !options.usesEnvironmentProxy { set(CURLOPT_PROXY, "") }
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe lc_curl_set_pointer(easy, CURLOPT_WRITEDATA, context)
        unsafe lc_curl_set_pointer(easy, CURLOPT_HEADERDATA, context)
        unsafe lc_curl_on_tls(easy, Self.tlsCallback, context)
        unsafe lc_curl_set_sink(easy, CURLOPT_WRITEFUNCTION, Self.bodySink)
        unsafe lc_curl_set_sink(easy, CURLOPT_HEADERFUNCTION, Self.headerSink)
    }

    /// libcurl takes 0 for "no limit".
    private static func milliseconds(_ duration: Duration) -> Int {
        Int(clamping: max(1, min(duration.wholeMilliseconds, Int64(Int32.max))))
    }

    private func set(_ request: HTTPRequest) {
        let size = body.count - 1
        switch request.method {
        case "GET" where size == 0: set(CURLOPT_HTTPGET, 1)
        case "HEAD": set(CURLOPT_NOBODY, 1)
        default:
            if size > 0 || ["POST", "PUT", "PATCH"].contains(request.method) {
                // The array lives as long as the transfer and is never changed.
                unsafe body.withUnsafeBufferPointer {
                    _ = unsafe lc_curl_set_pointer(easy, CURLOPT_POSTFIELDS, $0.baseAddress)
                }
                unsafe lc_curl_set_size(
                    easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(size))
            }
            set(CURLOPT_CUSTOMREQUEST, request.method)
        }
        // These libcurl would add by itself.
        for name in ["Expect", "Content-Type", "Accept"] where request.fields[name] == nil {
            add(field: "\(name):")
        }
        for field in request.fields.all {
            add(field: field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        unsafe lc_curl_set_list(easy, CURLOPT_HTTPHEADER, fieldList)
    }

    private func add(field: String) {
        guard let longer = unsafe curl_slist_append(fieldList, field) else { return }
        unsafe fieldList = longer
    }

    private func set(_ option: CURLoption, _ value: Int) {
        _ = unsafe lc_curl_set_long(easy, option, value)
    }

    private func set(_ option: CURLoption, _ value: String) {
        _ = unsafe lc_curl_set_text(easy, option, value)
    }

    // MARK: what comes

    private static let bodySink: lc_curl_sink = { bytes, size, count, context in
        unsafe take(bytes, size * count, context) { unsafe $0.take(body: $1) }
    }

    private static let headerSink: lc_curl_sink = { bytes, size, count, context in
        unsafe take(bytes, size * count, context) { unsafe $0.take(header: $1) }
    }

    private static let tlsCallback: curl_ssl_ctx_callback = { _, _, context in
        guard let context = unsafe context else { return CURLE_OK }
        let transfer = unsafe Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
        transfer.hasBegunTLS = true
        return CURLE_OK
    }

    private static func take(
        _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?,
        _ body: (HTTPTransfer, UnsafeRawBufferPointer) -> Bool
    ) -> Int {
        guard let context = unsafe context else { return 0 }
        let transfer = unsafe Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
        return unsafe body(transfer, UnsafeRawBufferPointer(start: bytes, count: count))
            ? count : 0
    }

    private func take(body bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= limits.bodyBytes - response.body.count else {
            excess = .bodyTooLarge(limit: limits.bodyBytes)
            return false
        }
        unsafe response.body.append(contentsOf: bytes)
        return true
    }

    private func take(header bytes: UnsafeRawBufferPointer) -> Bool {
        headerBytes += bytes.count
        guard headerBytes <= limits.headerBytes else {
            excess = .headerTooLarge(limit: limits.headerBytes)
            return false
        }
        var line = unsafe Array(bytes)
        while line.last == UInt8(ascii: "\n") || line.last == UInt8(ascii: "\r") {
            line.removeLast()
        }
        // After the head only trailers come this way.
        if isHeadDone { return true }
        if line.isEmpty {
            isHeadDone = response.status >= 200
            return true
        }
        if line.starts(with: "HTTP/".utf8) {
            // An answer before the answer, such as 100, had fields of its own.
            let words = line.split(separator: 0x20)
            let code = words.count > 1 ? Int(String(decoding: words[1], as: UTF8.self)) : nil
            response = HTTPResponse(status: code ?? 0)
            return true
        }
        // A line that is no field says nothing to us.
        if let field = try? HTTPFields.Field(parsing: line[...]) { response.fields.append(field) }
        return true
    }

    // MARK: the end

    func result(_ code: CURLcode) -> Result<HTTPReply, HTTPClientProblem> {
        if let excess { return .failure(excess) }
        guard code == CURLE_OK else { return .failure(problem(code)) }
        return .success(HTTPReply(response: response, timings: timings))
    }

    private func problem(_ code: CURLcode) -> HTTPClientProblem {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: return .resolve
        case CURLE_COULDNT_CONNECT:
            let system = number(CURLINFO_OS_ERRNO)
            return .connect(code: system == 0 ? nil : system)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR:
            return .untrusted(code: number(CURLINFO_SSL_VERIFYRESULT))
        case CURLE_SSL_CACERT_BADFILE: return .badAuthorityFile
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_SHUTDOWN_FAILED:
            return .secure(code: Int(code.rawValue))
        case CURLE_OPERATION_TIMEDOUT: return .timeout(phase)
        case CURLE_OUT_OF_MEMORY: return .outOfMemory
        default: return .transfer(code: Int(code.rawValue))
        }
    }

    /// How far it had come.
    private var phase: HTTPClientProblem.Phase {
        let timings = timings
        if timings.firstByte > .zero { return .body }
        if timings.isReused { return .answer }
        if hasBegunTLS, timings.secured == .zero { return .secure }
        if timings.resolved == .zero { return .resolve }
        return timings.connected == .zero ? .connect : .answer
    }

    private var timings: HTTPTimings {
        HTTPTimings(
            resolved: time(CURLINFO_NAMELOOKUP_TIME_T), connected: time(CURLINFO_CONNECT_TIME_T),
            secured: isSecure ? time(CURLINFO_APPCONNECT_TIME_T) : nil,
            firstByte: time(CURLINFO_STARTTRANSFER_TIME_T), total: time(CURLINFO_TOTAL_TIME_T),
            isReused: number(CURLINFO_RESPONSE_CODE) > 0 && number(CURLINFO_NUM_CONNECTS) == 0)
    }

    private func number(_ info: CURLINFO) -> Int {
        var value = 0
        _ = unsafe lc_curl_get_long(easy, info, &value)
        return value
    }

    private func time(_ info: CURLINFO) -> Duration {
        var value: curl_off_t = 0
        _ = unsafe lc_curl_get_size(easy, info, &value)
        return .microseconds(Int64(value))
    }
}

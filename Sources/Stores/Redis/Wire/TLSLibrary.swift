internal import Glibc

/// libssl and libcrypto, opened when the first connection wants TLS, and never closed.
///
/// Linked, they would cost each start of a program, most of which have nothing to do with TLS. The
/// names and numbers are those of OpenSSL 3, which keeps them for as long as its name ends in 3.
@safe
struct TLSLibrary: @unchecked Sendable {  // its functions are only called, and OpenSSL has locks
    typealias Pointer = OpaquePointer
    typealias Text = UnsafePointer<CChar>

    let clientMethod: @convention(c) () -> Pointer?
    let newShared: @convention(c) (Pointer?) -> Pointer?
    let freeShared: @convention(c) (Pointer?) -> Void
    let controlShared: @convention(c) (Pointer?, Int32, Int, UnsafeMutableRawPointer?) -> Int
    let setVerify: @convention(c) (Pointer?, Int32, UnsafeRawPointer?) -> Void
    let trustSystem: @convention(c) (Pointer?) -> Int32
    let trustFile: @convention(c) (Pointer?, Text?, Text?) -> Int32
    let useCertificate: @convention(c) (Pointer?, Text?) -> Int32
    let useKey: @convention(c) (Pointer?, Text?, Int32) -> Int32
    let new: @convention(c) (Pointer?) -> Pointer?
    let free: @convention(c) (Pointer?) -> Void
    let control: @convention(c) (Pointer?, Int32, Int, UnsafeMutableRawPointer?) -> Int
    let setHost: @convention(c) (Pointer?, Text?) -> Int32
    let parameters: @convention(c) (Pointer?) -> Pointer?
    let setAddress: @convention(c) (Pointer?, Text?) -> Int32
    let setBuffers: @convention(c) (Pointer?, Pointer?, Pointer?) -> Void
    let connect: @convention(c) (Pointer?) -> Int32
    let read: @convention(c) (Pointer?, UnsafeMutableRawPointer?, Int32) -> Int32
    let write: @convention(c) (Pointer?, UnsafeRawPointer?, Int32) -> Int32
    let error: @convention(c) (Pointer?, Int32) -> Int32
    let verification: @convention(c) (Pointer?) -> Int
    let verificationText: @convention(c) (Int) -> Text?
    let memoryKind: @convention(c) () -> Pointer?
    let newBuffer: @convention(c) (Pointer?) -> Pointer?
    let readBuffer: @convention(c) (Pointer?, UnsafeMutableRawPointer?, Int32) -> Int32
    let writeBuffer: @convention(c) (Pointer?, UnsafeRawPointer?, Int32) -> Int32
    let nextError: @convention(c) () -> UInt
    let clearErrors: @convention(c) () -> Void
    let errorText: @convention(c) (UInt) -> Text?

    static let name = "libssl.so.3"
    static let loaded = TLSLibrary()

    private init?() {
        guard let handle = unsafe dlopen(Self.name, RTLD_NOW) else { return nil }
        // Those of libcrypto are found through libssl, which is linked with it.
        func symbol<Function>(_ name: String, as type: Function.Type) throws(Missing) -> Function {
            guard let symbol = unsafe dlsym(handle, name) else { throw Missing() }
            return unsafe unsafeBitCast(symbol, to: type)
        }
        func find<Function>(_ name: String) throws(Missing) -> Function {
            try symbol(name, as: Function.self)
        }
        do throws(Missing) {
            unsafe clientMethod = try find("TLS_client_method")
            unsafe newShared = try find("SSL_CTX_new")
            unsafe freeShared = try find("SSL_CTX_free")
            unsafe controlShared = try find("SSL_CTX_ctrl")
            unsafe setVerify = try find("SSL_CTX_set_verify")
            unsafe trustSystem = try find("SSL_CTX_set_default_verify_paths")
            unsafe trustFile = try find("SSL_CTX_load_verify_locations")
            unsafe useCertificate = try find("SSL_CTX_use_certificate_chain_file")
            unsafe useKey = try find("SSL_CTX_use_PrivateKey_file")
            unsafe new = try find("SSL_new")
            unsafe free = try find("SSL_free")
            unsafe control = try find("SSL_ctrl")
            unsafe setHost = try find("SSL_set1_host")
            unsafe parameters = try find("SSL_get0_param")
            unsafe setAddress = try find("X509_VERIFY_PARAM_set1_ip_asc")
            unsafe setBuffers = try find("SSL_set_bio")
            unsafe connect = try find("SSL_connect")
            unsafe read = try find("SSL_read")
            unsafe write = try find("SSL_write")
            unsafe error = try find("SSL_get_error")
            unsafe verification = try find("SSL_get_verify_result")
            unsafe verificationText = try find("X509_verify_cert_error_string")
            unsafe memoryKind = try find("BIO_s_mem")
            unsafe newBuffer = try find("BIO_new")
            unsafe readBuffer = try find("BIO_read")
            unsafe writeBuffer = try find("BIO_write")
            nextError = try find("ERR_get_error")
            clearErrors = try find("ERR_clear_error")
            unsafe errorText = try find("ERR_reason_error_string")
        } catch {
            return nil
        }
    }

    private struct Missing: Error {}

    /// The first of the errors that a failed call has left behind; there are none after it.
    func takeReason() -> String {
        let code = nextError()
        clearErrors()
        guard let text = unsafe errorText(code) else { return "" }
        return unsafe String(cString: text)
    }
}

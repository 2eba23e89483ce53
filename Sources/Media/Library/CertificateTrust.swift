internal import CFFmpeg

/// Whose certificates are believed where libavformat speaks TLS; by itself it believes anybody.
package enum CertificateTrust: Sendable, Hashable {
    case system
    case authorities(file: String)
    case anything

    /// Where Debian keeps the authorities that it trusts.
    static let systemAuthorities = "/etc/ssl/certs/ca-certificates.crt"

    /// What the protocols understand that TLS is under.
    var libraryOptions: [(name: String, value: String)] {
        switch self {
        case .system: [("tls_verify", "1"), ("ca_file", Self.systemAuthorities)]
        case .authorities(let file): [("tls_verify", "1"), ("ca_file", file)]
        case .anything: [("tls_verify", "0")]
        }
    }
}

/// Opens what an input names, with the same trust: playlists name files and keys of their own, for
/// which libavformat forgets the options of the playlist.
///
/// It lives longer than the format that it opens for.
@safe
final class TrustingOpener {
    private typealias Opening =
        @convention(c) (
            UnsafeMutablePointer<AVFormatContext>?,
            UnsafeMutablePointer<UnsafeMutablePointer<AVIOContext>?>?, UnsafePointer<CChar>?, Int32,
            UnsafeMutablePointer<OpaquePointer?>?
        ) -> Int32

    private let trust: CertificateTrust
    private var libraryOpening: Opening?

    init(_ trust: CertificateTrust) {
        self.trust = trust
    }

    func attach(to format: UnsafeMutablePointer<AVFormatContext>) {
        unsafe libraryOpening = format.pointee.io_open
        unsafe format.pointee.opaque = Unmanaged.passUnretained(self).toOpaque()
        unsafe format.pointee.io_open = { format, reader, name, flags, options in
            guard let format = unsafe format, let owner = unsafe format.pointee.opaque else {
                return lc_averror_exit
            }
            return unsafe Unmanaged<TrustingOpener>.fromOpaque(owner).takeUnretainedValue()
                .open(format, reader, name, flags, options)
        }
    }

    private func open(
        _ format: UnsafeMutablePointer<AVFormatContext>,
        _ reader: UnsafeMutablePointer<UnsafeMutablePointer<AVIOContext>?>?,
        _ name: UnsafePointer<CChar>?, _ flags: Int32,
        _ options: UnsafeMutablePointer<OpaquePointer?>?
    ) -> Int32 {
        guard let libraryOpening = unsafe libraryOpening else { return lc_averror_exit }
        var own: OpaquePointer?
        defer { unsafe av_dict_free(&own) }
        for option in trust.libraryOptions {
            if let options = unsafe options {
                unsafe av_dict_set(options, option.name, option.value, 0)
            } else {
                unsafe av_dict_set(&own, option.name, option.value, 0)
            }
        }
        guard let options = unsafe options else {
            return unsafe libraryOpening(format, reader, name, flags, &own)
        }
        return unsafe libraryOpening(format, reader, name, flags, options)
    }
}

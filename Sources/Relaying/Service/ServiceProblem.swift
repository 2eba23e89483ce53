package import Primitives
import Network
import SecureTransport

/// Why a service could not be started or changed, as facts.
package enum ServiceProblem: Error, Sendable, Equatable {
    package enum Door: Sendable, Equatable {
        case http
        case udp
    }

    case portTaken(Door, SocketAddress)
    /// Ports below 1024 need a privilege.
    case portForbidden(Door, SocketAddress)
    /// The host has no such address.
    case addressNotHere(Door, SocketAddress)
    /// `code` is the number that errno had.
    case system(Door, SocketAddress, code: Int32)
    case certificateUnusable(path: String)
    case keyUnusable(path: String)
    /// The key does not belong to the certificate.
    case keyOfAnother(certificate: String, key: String)
    /// There is no address that others could send media to.
    case noAddress
    case cryptography
    case noThread
    /// Nothing can be recorded there.
    case recordings(path: String, RecordingFault)
}

extension ServiceProblem {
    init(_ error: NetworkError, _ door: Door, _ address: SocketAddress) {
        self =
            switch error {
            case .system(_, let code):
                switch code {
                case 98: .portTaken(door, address)
                case 13: .portForbidden(door, address)
                case 99: .addressNotHere(door, address)
                default: .system(door, address, code: code)
                }
            case .full, .unresolved, .stopped: .noThread
            }
    }

    init(_ problem: RelayProblem, _ address: SocketAddress) {
        self =
            switch problem {
            case .network(let error): ServiceProblem(error, .udp, address)
            case .cryptography: .cryptography
            case .noAddress: .noAddress
            }
    }

    init(_ problem: TLSProblem, _ files: ServiceSettings.CertificateFiles) {
        self =
            switch problem {
            case .outOfMemory: .cryptography
            case .badCertificate, .badAuthority: .certificateUnusable(path: files.certificate)
            case .badKey: .keyUnusable(path: files.key)
            case .keyOfAnother:
                .keyOfAnother(certificate: files.certificate, key: files.key)
            }
    }

    /// Whether it is the family of the address that the host does not speak.
    var isUnknownFamily: Bool {
        if case .system(_, _, code: 97) = self { true } else { false }
    }
}

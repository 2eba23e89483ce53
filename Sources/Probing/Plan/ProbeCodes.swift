import Network
import Sessions
import Signaling

extension ProbeEnding {
    /// As a report has it.
    package var code: String {
        switch self {
        case .finished: "finished"
        case .stopped: "stopped"
        case .failed(let failure): failure.code
        case .lost(let failure): "lost_" + failure.code
        }
    }
}

extension ProbeFailure {
    /// As a report has it.
    package var code: String {
        switch self {
        case .session(let failure): failure.code
        case .noMedia: "no_media"
        case .noKeyframe: "no_keyframe"
        case .undecodable: "undecodable"
        case .hls(let failure): failure.code
        }
    }
}

extension SessionFailure {
    fileprivate var code: String {
        switch self {
        case .noSocket, .noAddress: "no_socket"
        case .cryptography: "cryptography"
        case .http: "http"
        case .signaling: "signaling"
        case .unreadableAnswer, .badAnswer: "bad_answer"
        case .deviations: "deviations"
        case .ice: "ice"
        case .dtls: "dtls"
        case .srtp: "srtp"
        case .tookTooLong: "too_long"
        case .left: "left"
        }
    }
}

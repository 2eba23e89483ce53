import Primitives
import Relaying
import Signaling

/// What a log says of each event, for people and for programs.
enum LogWords {
    static func text(_ event: ServiceEvent) -> String {
        switch event {
        case .sessionBegan(let client): "\(name(client)) has come from \(client.address)"
        case .sessionEnded(let client, let ending, let lasted):
            "\(name(client)) is gone after \(seconds(lasted)) s: \(text(ending))"
        case .refused(let role, let address, let status, let title):
            "a \(text(role)) at \(address) was refused: \(status)"
                + (title.map { ", \($0)" } ?? "")
        case .showActive(let show): "show '\(show)' is on the air"
        case .showInactive(let show): "show '\(show)' is off the air"
        case .draining(let sessions):
            "ending: nobody is taken in any more, \(sessions) sessions are left"
        case .recording(let notice): RecordingWords.text(notice)
        case .dropped(let count): "\(count) events were not written: too many at once"
        }
    }

    static func json(_ event: ServiceEvent) -> JSONObject {
        var object = JSONObject()
        switch event {
        case .sessionBegan(let client):
            object["event"] = "session_began"
            add(client, to: &object)
        case .sessionEnded(let client, let ending, let lasted):
            object["event"] = "session_ended"
            add(client, to: &object)
            object["ending"] = .string(code(ending))
            if case .failed(let failure) = ending { object["failure"] = .string(failure.rawValue) }
            object["lasted_milliseconds"] = .integer(lasted.wholeMilliseconds)
        case .refused(let role, let address, let status, let title):
            object["event"] = "refused"
            object["role"] = .string(text(role))
            object["address"] = .string(address.description)
            object["status"] = .integer(Int64(status))
            object["title"] = title.map(JSON.string)
        case .showActive(let show):
            object["event"] = "show_active"
            object["show"] = .string(show)
        case .showInactive(let show):
            object["event"] = "show_inactive"
            object["show"] = .string(show)
        case .draining(let sessions):
            object["event"] = "draining"
            object["session_count"] = .integer(Int64(sessions))
        case .recording(let notice): RecordingWords.add(notice, to: &object)
        case .dropped(let count):
            object["event"] = "events_dropped"
            object["count"] = .integer(Int64(count))
        }
        return object
    }

    private static func add(_ client: ServiceEvent.Client, to object: inout JSONObject) {
        object["role"] = .string(text(client.role))
        object["show"] = .string(client.show)
        object["session"] = .string(client.session)
        object["address"] = .string(client.address.description)
    }

    private static func name(_ client: ServiceEvent.Client) -> String {
        "\(text(client.role)) \(client.session) of '\(client.show)'"
    }

    private static func text(_ role: SignalingRole) -> String {
        switch role {
        case .whip: "publisher"
        case .whep: "viewer"
        }
    }

    private static func text(_ ending: SessionEnding) -> String {
        switch ending {
        case .deleted: "it ended its session"
        case .left: "it said goodbye"
        case .failed(let failure): "the connection failed: \(text(failure))"
        case .neverConnected: "no media connection came about"
        case .silent: "nothing was heard of it any more"
        case .replaced: "another publisher took over"
        case .codecsChanged: "the show has another codec now; it may come again"
        case .drained: "the relay ends"
        }
    }

    private static func text(_ failure: ConnectionFailure) -> String {
        switch failure {
        case .noRoute: "no way for its media was found"
        case .routeLost: "its media found no way any more"
        case .wrongFingerprint:
            "its certificate is not the one that it named: somebody may be in the middle"
        case .handshake: "the handshake of DTLS came to nothing"
        case .encryption: "the encryption of its media failed"
        }
    }

    private static func code(_ ending: SessionEnding) -> String {
        switch ending {
        case .deleted: "deleted"
        case .left: "left"
        case .failed: "failed"
        case .neverConnected: "never_connected"
        case .silent: "silent"
        case .replaced: "replaced"
        case .codecsChanged: "codecs_changed"
        case .drained: "drained"
        }
    }

    private static func seconds(_ duration: Duration) -> Int64 {
        duration.wholeMilliseconds / 1000
    }
}

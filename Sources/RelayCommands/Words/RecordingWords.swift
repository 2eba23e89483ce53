import CommandLineKit
import Primitives
import Relaying

/// What a log says of recordings.
enum RecordingWords {
    static func text(_ notice: RecordingNotice) -> String {
        switch notice {
        case .began(let show, let file): "recording '\(show)' into '\(file)'"
        case .complete(_, let file, let duration, let bytes):
            "recording '\(file)' is complete: \(duration.wholeMilliseconds / 1000) s, \(bytes) bytes"
        case .failed(let show, let file, let problem):
            "recording '\(show)' into '\(file)' has ended, the show goes on: \(text(problem))"
        case .documentFailed(_, let file, let problem):
            "what is said of recording '\(file)' cannot be written: \(text(problem))"
        case .notRecorded(let show, let codec):
            "show '\(show)' has \(codec), which is not recorded"
        case .dropped(let show, let packets):
            "recording '\(show)' lacks \(packets) packets: the disk is too slow"
        case .keyframeWanted(let show): "recording '\(show)' waits for a keyframe"
        }
    }

    static func text(_ fault: RecordingFault) -> String {
        switch fault {
        case .tooMany: "there are too many of that name"
        case .create(let code): "making it failed: \(SystemWords.text(code))"
        case .write(let code): "writing failed: \(SystemWords.text(code))"
        case .sync(let code): "writing to the disk failed: \(SystemWords.text(code))"
        case .replace(let code): "renaming failed: \(SystemWords.text(code))"
        }
    }

    static func add(_ notice: RecordingNotice, to object: inout JSONObject) {
        switch notice {
        case .began(let show, let file):
            object["event"] = "recording_began"
            object["show"] = .string(show)
            object["file"] = .string(file)
        case .complete(let show, let file, let duration, let bytes):
            object["event"] = "recording_complete"
            object["show"] = .string(show)
            object["file"] = .string(file)
            object["duration_milliseconds"] = .integer(duration.wholeMilliseconds)
            object["bytes"] = .integer(bytes)
        case .failed(let show, let file, let problem):
            object["event"] = "recording_failed"
            object["show"] = .string(show)
            object["file"] = .string(file)
            object["message"] = .string(text(problem))
        case .documentFailed(let show, let file, let problem):
            object["event"] = "recording_document_failed"
            object["show"] = .string(show)
            object["file"] = .string(file)
            object["message"] = .string(text(problem))
        case .notRecorded(let show, let codec):
            object["event"] = "not_recorded"
            object["show"] = .string(show)
            object["codec"] = .string(codec)
        case .dropped(let show, let packets):
            object["event"] = "recording_dropped"
            object["show"] = .string(show)
            object["packet_count"] = .integer(Int64(packets))
        case .keyframeWanted(let show):
            object["event"] = "recording_waits"
            object["show"] = .string(show)
        }
    }
}

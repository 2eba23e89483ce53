import Cutting
import Primitives

/// What `vod-cut clip` answers.
enum ClipDocument {
    static func json(_ outcomes: [ClipOutcome], source: String) -> JSON {
        [
            "schema": "lc.clip-report/1", "source": .string(source),
            "clips": .array(outcomes.map(json)),
        ]
    }

    /// A path a line.
    static func text(_ outcomes: [ClipOutcome]) -> String {
        outcomes.map(\.path).joined(separator: "\n")
    }

    private static func json(_ outcome: ClipOutcome) -> JSON {
        var object = JSONObject()
        object["path"] = .string(outcome.path)
        object["bytes"] = .integer(outcome.bytes)
        object["duration_us"] = .integer(microseconds(outcome.duration))
        object["ranges"] = .array(
            outcome.ranges.map { range in
                [
                    "start_us": .integer(microseconds(range.lowerBound)),
                    "end_us": .integer(microseconds(range.upperBound)),
                ]
            })
        object["picture"] = outcome.picture.map(json)
        object["sound"] = outcome.sound.map { sound in
            [
                "mode": .string(sound.isCopied ? "copy" : "encode"),
                "frames": .integer(Int64(sound.frames)),
            ]
        }
        return .object(object)
    }

    private static func json(_ picture: ClipOutcome.Picture) -> JSON {
        var object = JSONObject()
        object["mode"] = .string(picture.mode.rawValue)
        object["copied_frames"] = .integer(Int64(picture.copied))
        object["encoded_frames"] = .integer(Int64(picture.encoded))
        if picture.repeated > 0 { object["repeated_frames"] = .integer(Int64(picture.repeated)) }
        object["reason"] = picture.reason.map { .string($0.code) }
        object["reason_text"] = picture.reason.map { .string($0.words) }
        return .object(object)
    }

    private static func microseconds(_ time: MediaTime) -> Int64 {
        time.rescaled(to: 1_000_000).ticks
    }
}

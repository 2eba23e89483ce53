package import CommandLineKit
package import Commerce
import Primitives

/// What commands on timelines take: how one is placed on its recording.
package enum TimelineArguments {
    package static let offset = Argument.option(
        "offset", .signedMilliseconds,
        "where in the recording the show starts, such as 2.5s; --offset=-3s where the recording "
            + "begins later than the show")
    package static let recording = Argument.option(
        "recording", .file,
        "the recording.json that whip-relay wrote beside the recording: its clock places the events"
    )

    /// At most one of them may be given.
    package static let rows = [offset.row, recording.row]
    package static let group = ArgumentGroup.atMostOne(["offset", "recording"])
}

/// Reads timelines and what goes with them, and says which file is wrong.
package enum TimelineFiles {
    package static func read(
        _ path: String, as format: TimelineFormat? = nil
    ) throws -> Timeline {
        let input = try InputFile(path)
        return try read(
            input.readAll(limit: TimelineLimits.bytes), as: format, name: input.name)
    }

    package static func read(
        _ bytes: [UInt8], as format: TimelineFormat?, name: String
    ) throws -> Timeline {
        do throws(TimelineProblem) {
            return try Timeline(bytes, as: format)
        } catch {
            throw Failure(error, file: name)
        }
    }

    package static func notes(_ path: String) throws -> RecordingNotes {
        let input = try InputFile(path)
        let bytes = try input.readAll(limit: notesLimit)
        do throws(TimelineProblem) {
            guard !bytes.isEmpty else { throw .empty }
            let json: JSON
            do throws(JSONProblem) {
                json = try JSON(parsing: bytes.span)
            } catch {
                throw .document(.notJSON(error))
            }
            return try RecordingNotes(json)
        } catch {
            throw Failure(error, file: input.name)
        }
    }

    /// Of a show of a whole day with a point of its clock each second.
    private static let notesLimit = 64 << 20

    /// Places a timeline as the options say; nil where they say nothing.
    package static func aligned(
        _ timeline: Timeline, named name: String, _ invocation: Invocation
    ) throws -> Timeline? {
        if let path = invocation[TimelineArguments.recording] {
            return try aligned(timeline, named: name, by: notes(path))
        }
        guard let offset = invocation[TimelineArguments.offset] else { return nil }
        return try aligned(timeline, named: name, offset: offset)
    }

    package static func aligned(
        _ timeline: Timeline, named name: String, by notes: RecordingNotes
    ) throws -> Timeline {
        do throws(TimelineProblem) {
            return try timeline.aligned(
                by: notes.clock, media: notes.media, as: TimelineAlignment(way: .recording))
        } catch {
            throw Failure(error, file: name)
        }
    }

    package static func aligned(
        _ timeline: Timeline, named name: String, offset: Int64
    ) throws -> Timeline {
        do throws(TimelineProblem) {
            return try timeline.aligned(offset: offset, media: nil)
        } catch {
            throw Failure(error, file: name)
        }
    }

    package static func bytes(
        of timeline: Timeline, as format: TimelineFormat, name: String
    ) throws -> [UInt8] {
        do throws(TimelineProblem) {
            return try timeline.bytes(as: format)
        } catch {
            throw Failure(error, file: name)
        }
    }
}

extension ValueKind<Int64> {
    /// A duration that may point backwards: `2.5s`, `-300ms`.
    package static let signedMilliseconds = ValueKind("DURATION") { text throws(ValueProblem) in
        let isNegative = text.hasPrefix("-")
        let rest = isNegative || text.hasPrefix("+") ? String(text.dropFirst()) : text
        guard let duration = try? ValueKind<Duration>.duration.parse(rest) else {
            throw ValueProblem("a duration such as 2.5s, 1m30s or -300ms")
        }
        let milliseconds = duration.wholeMilliseconds
        return isNegative ? -milliseconds : milliseconds
    }
}

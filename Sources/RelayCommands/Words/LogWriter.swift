import CommandLineKit
import Primitives
import Relaying
import Signaling

/// Writes what happens to standard error: words for people, or JSON Lines for programs.
struct LogWriter {
    private let console: Console
    private let format: RelayArguments.LogFormat

    init(_ console: Console, _ format: RelayArguments.LogFormat) {
        self.console = console
        self.format = format
    }

    func write(_ events: [(time: WallClock, event: ServiceEvent)]) {
        for (time, event) in events {
            write(time, LogWords.text(event), LogWords.json(event))
        }
    }

    /// The first line, without a time in front, so that scripts find what they look for.
    func tell(_ place: ListeningPlace) {
        switch format {
        case .text:
            console.note("whip-relay: listening on \(place.url), media on \(place.udp) (UDP)")
        case .jsonl:
            var object = JSONObject()
            object["event"] = "listening"
            object["url"] = .string(place.url)
            object["http_address"] = .string(place.http.description)
            object["udp_address"] = .string(place.udp.description)
            write(console.clocks.wall(), "", object)
        case .none: break
        }
    }

    /// What a newcomer needs to know.
    func advise(_ place: ListeningPlace, isOpenToAll: Bool, isPlainToAll: Bool) {
        guard format == .text else { return }
        console.note("publish a camera at \(place.url)/SHOW/publish, watch at \(place.url)/SHOW")
        if isOpenToAll {
            console.note(
                "warning: whoever reaches this address may publish; see --publish-token-file")
        }
        if isPlainToAll {
            console.note(
                "warning: browsers give cameras only to pages of HTTPS; see --tls-certificate")
        }
    }

    func tellReloaded() {
        var object = JSONObject()
        object["event"] = "reloaded"
        write(console.clocks.wall(), "certificate and tokens are read again", object)
    }

    func tellNotReloaded(_ failure: Failure) {
        var object = JSONObject()
        object["event"] = "not_reloaded"
        object["code"] = .string(failure.code)
        object["message"] = .string(failure.message)
        write(
            console.clocks.wall(), "nothing is read again, all stays as it was: \(failure.message)",
            object)
    }

    private func write(_ time: WallClock, _ words: String, _ object: JSONObject) {
        switch format {
        case .text: console.note("\(time.rfc3339) \(words)")
        case .jsonl:
            var object = object
            object["schema"] = "lc.relay-log/1"
            object["time"] = .string(time.rfc3339)
            console.note(JSON.object(object).text)
        case .none: break
        }
    }
}

import CommandLineKit
import HTTP
import Measures
import Primitives
import Probing
import Sessions

// What the words of whep-probe's command line may be.

extension ValueKind<URL> {
    /// The URL of an endpoint or a playlist.
    static let httpURL = ValueKind("URL") { text throws(ValueProblem) in
        let problem = ValueProblem("a URL such as https://live.example/whep/show")
        guard let url = try? URL(parsing: text), url.host != nil,
            url.scheme == "http" || url.scheme == "https"
        else { throw problem }
        return url
    }
}

/// How long to watch.
enum WatchLength: Sendable, Equatable {
    case time(Duration)
    case untilStopped
}

extension ValueKind<WatchLength> {
    static let watchLength = ValueKind("DURATION") { text throws(ValueProblem) in
        if text == "forever" { return .untilStopped }
        guard let time = try? ValueKind<Duration>.duration.parse(text), time > .zero else {
            throw ValueProblem("a duration such as 30s or 5m, or 'forever'")
        }
        return .time(time)
    }
}

extension ValueKind<Assertion> {
    static let assertion = ValueKind("ASSERTION") { text throws(ValueProblem) in
        do throws(AssertionProblem) {
            return try Assertion(parsing: text)
        } catch {
            throw ValueProblem("an assertion: \(error.words)")
        }
    }
}

extension ValueKind<Impairment> {
    static let impairment = ValueKind("SPEC") { text throws(ValueProblem) in
        do throws(Impairment.Problem) {
            return try Impairment(parsing: text)
        } catch {
            throw ValueProblem(
                "an impairment such as loss=2%,delay=40ms±10ms,rate=3M: \(error.words)")
        }
    }
}

extension ValueKind<ClockSource> {
    static let clockSource = ValueKind("SOURCE") { text throws(ValueProblem) in
        switch text {
        case "auto": return .automatic
        case "same": return .same
        case "none": return .nobody
        default: break
        }
        guard let url = try? URL(parsing: text), let host = url.host else {
            throw ValueProblem(
                "whom to ask for the time: auto, same, none, the URL of a /clock, or "
                    + "ntp://host")
        }
        switch url.scheme {
        case "http", "https": return .http(url)
        case "ntp" where url.userinfo == nil && url.path.drop(while: { $0 == "/" }).isEmpty:
            return .ntp(host: host, port: url.port ?? 123)
        default:
            throw ValueProblem("a source of the time: its URL begins with http, https or ntp")
        }
    }
}

extension ValueKind<Double> {
    /// Viewers that set out: `50/s`.
    static let ramp = ValueKind("RATE") { text throws(ValueProblem) in
        let problem = ValueProblem("viewers a second, such as 50/s or 0.5/s")
        let digits = text.hasSuffix("/s") ? String(text.dropLast(2)) : text
        guard digits.utf8.allSatisfy({ $0.isASCIIDigit || $0 == UInt8(ascii: ".") }),
            let rate = Double(digits), rate >= 0.001, rate <= 100_000
        else { throw problem }
        return rate
    }
}

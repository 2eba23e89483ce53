import Primitives
import Testing
import WebRTC

/// Captured descriptions with seeded damage: what still parses keeps the promises.
@Suite struct DamagedDescriptionTests {
    private static let words = [
        "a=", "m=", "\r\n", "\n", ":", " ", "\t", ";", "=", "/", "0", "-1", "99999999999", "*",
        "a=rtcp-fb:* nack\n", "a=mid:0\n", "a=setup:actpass\n", "a=bundle-only\n",
        "m=audio 0 x 0\n",
        "\u{301}", "\u{0}", "a=ssrc-group:FID 1 1\n", "a=rid:h send pt=96\n", "a=inactive\n",
        "a=group:BUNDLE 1 0 0\n", "a=extmap:1 urn:3gpp:video-orientation\n", "a=ice-lite\n",
    ]

    private static func damaged(_ text: String, _ random: inout SeededRandom) -> [UInt8] {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1:
                let end = min(place + Int.random(in: 1...40, using: &random), bytes.count)
                if end - place < bytes.count { bytes.removeSubrange(place..<end) }
            case 2:
                let word = words[Int.random(in: 0..<words.count, using: &random)]
                bytes.insert(contentsOf: word.utf8, at: place)
            default:
                let end = min(place + Int.random(in: 1...400, using: &random), bytes.count)
                let other = Int.random(in: 0..<bytes.count, using: &random)
                bytes.insert(contentsOf: Array(bytes[place..<end]), at: other)
            }
        }
        return bytes
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `damage never traps, and what parses survives its print`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var parsed = 0
        var answered = 0
        for round in 0..<280 {
            let text = CapturedOffers.all[round % CapturedOffers.all.count].1
            let bytes = Self.damaged(text, &random)
            guard let offer = try? SessionDescription(parsing: bytes.span) else { continue }
            parsed += 1
            #expect(try SessionDescription(parsing: offer.text) == offer, "seed \(seed)")
            let direction: MediaDirection = round % 2 == 0 ? .recvonly : .sendrecv
            let plan = Plans.answer(direction, acceptsPart: round % 3 == 0)
            guard let (answer, session) = try? plan.answer(to: offer) else { continue }
            answered += 1
            #expect(try SessionDescription(parsing: answer.text) == answer, "seed \(seed)")
            #expect(answer.media.count == offer.media.count)
            #expect(session.media.allSatisfy { !$0.codecs.isEmpty })
        }
        #expect(parsed > 40 && answered > 10)
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `random plans make descriptions that survive, and answers that are accepted`(
        seed: UInt64
    ) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<100 {
            let directions: [MediaDirection] = [.sendonly, .recvonly, .sendrecv]
            let direction = directions[Int.random(in: 0..<3, using: &random)]
            let codecs = Plans.videoCodecs.shuffled(using: &random).prefix(
                Int.random(in: 1...6, using: &random))
            let video = Plans.media(
                .video, direction, codecs: Array(codecs),
                layers: Bool.random(using: &random) ? .one : .send(["a", "b-1", "c_2"]))
            let audio = Plans.media(.audio, direction)
            let media = Bool.random(using: &random) ? [audio, video] : [video]
            let offer = Plans.offer(direction, media)
            #expect(try SessionDescription(parsing: offer.text) == offer)
            let limit = Int.random(in: 1...6, using: &random)
            let plan = Plans.answer(
                direction.reversed,
                [
                    Plans.media(.audio, direction.reversed),
                    Plans.media(
                        .video, direction.reversed, codecLimit: limit,
                        layers: .receive(upTo: limit)),
                ])
            let (answer, theirs) = try plan.answer(to: offer)
            let parsed = try SessionDescription(parsing: answer.text)
            #expect(parsed == answer, "seed \(seed)")
            let ours = try NegotiatedSession(accepting: parsed, for: offer)
            #expect(ours.media.map(\.rids) == theirs.media.map(\.rids), "seed \(seed)")
            #expect(ours.deviations.isEmpty && ours.media.count == media.count)
        }
    }
}

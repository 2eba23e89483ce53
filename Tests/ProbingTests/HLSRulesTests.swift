import Measures
@testable import Playlists
import Primitives
import Testing

@testable import Probing

@Suite struct HLSRulesTests {
    /// A playlist of pieces of two seconds with dates, before what a case does to it.
    private static func playlist(
        _ sequence: Int64, count: Int = 5, _ change: (inout MediaPlaylist) -> Void = { _ in }
    ) -> MediaPlaylist {
        var playlist = MediaPlaylist()
        playlist.version = 6
        playlist.targetDuration = .seconds(2)
        playlist.mediaSequence = sequence
        for number in 0..<Int64(count) {
            playlist.pieces.append(
                Piece(
                    sequence: sequence + number,
                    address: PieceAddress(uri: "\(sequence + number).ts", range: nil),
                    duration: .seconds(2),
                    date: WallClock(millisecondsSince1970: (sequence + number) * 2000),
                    isDiscontinuous: false, isGap: false, map: nil, parts: []))
        }
        change(&playlist)
        return playlist
    }

    /// What a table of playlists, two seconds apart, is remarked by: codes and counts.
    private static func remarks(_ playlists: [MediaPlaylist]) -> [String] {
        var rules = PlaylistRules()
        var remarks = HLSRemarks()
        var measures = MeasureSet()
        for (index, playlist) in playlists.enumerated() {
            let now = Instant(nanoseconds: Int64(index) * 2_000_000_000)
            _ = rules.take(
                playlist, now: now, wall: WallClock(millisecondsSince1970: 1 << 50), &remarks,
                &measures)
        }
        return remarks.all.map { "\($0.code) \($0.count)" }
    }

    private static func part(_ milliseconds: Int64) -> Part {
        Part(
            address: PieceAddress(uri: "part", range: nil), duration: .milliseconds(milliseconds),
            isIndependent: true, isGap: false, map: nil, date: nil, isDiscontinuous: false)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let playlists: [MediaPlaylist]
        let expected: [String]
        var testDescription: String { name }
    }

    static let cases = [
        Case(
            name: "a good one", playlists: [playlist(1), playlist(2), playlist(3), playlist(3)],
            expected: []),
        Case(
            name: "a long piece, told once however often it is there",
            playlists: [1, 2, 3].map { first in
                playlist(first) { playlist in
                    for index in playlist.pieces.indices where playlist.pieces[index].sequence == 4
                    {
                        playlist.pieces[index].duration = .milliseconds(2499)
                    }
                    for index in playlist.pieces.indices where playlist.pieces[index].sequence == 5
                    {
                        playlist.pieces[index].duration = .milliseconds(2500)
                    }
                    for index in playlist.pieces.indices { playlist.pieces[index].date = nil }
                }
            }, expected: ["piece_over_target 1", "date_missing 1"]),
        Case(
            name: "a number that goes back", playlists: [playlist(9), playlist(8)],
            expected: ["sequence_back 1"]),
        Case(
            name: "a number that jumps", playlists: [playlist(1), playlist(106)],
            expected: ["sequence_jump 1", "piece_over_target 0"].filter { !$0.hasSuffix(" 0") }),
        Case(
            name: "pieces under other numbers",
            playlists: [
                playlist(1),
                playlist(1) { list in
                    list.pieces.removeFirst()
                    for index in list.pieces.indices { list.pieces[index].sequence -= 1 }
                },
            ], expected: ["sequence_shifted 1"]),
        Case(
            name: "a piece that has changed",
            playlists: [
                playlist(1), playlist(1) { $0.pieces[2].address.uri = "other.ts" },
            ], expected: ["piece_changed 1"]),
        Case(
            name: "pieces removed early", playlists: [playlist(1), playlist(4, count: 2)],
            expected: ["piece_removed_early 1"]),
        Case(
            name: "another target",
            playlists: [playlist(1), playlist(2) { $0.targetDuration = .seconds(3) }],
            expected: ["target_changed 1"]),
        Case(
            name: "an old version",
            playlists: [1, 2].map {
                playlist($0) { list in (list.version, list.neededVersion) = (3, 6) }
            },
            expected: ["version_low 1"]),
        Case(
            name: "a date that jumps",
            playlists: [1, 2].map { first in
                playlist(first) { list in
                    for index in list.pieces.indices where list.pieces[index].sequence >= 4 {
                        list.pieces[index].date =
                            list.pieces[index].date.map { $0 + .milliseconds(700) }
                    }
                }
            }, expected: ["date_jump 1"]),
        Case(
            name: "a date that jumps at a break",
            playlists: [
                playlist(1) { list in
                    list.pieces[2].isDiscontinuous = true
                    list.pieces[2].date = WallClock(millisecondsSince1970: 0)
                    for index in 3..<5 { list.pieces[index].date = nil }
                }
            ], expected: ["discontinuity 1"]),
        Case(
            name: "a break that is not counted",
            playlists: [
                playlist(1) { $0.pieces[1].isDiscontinuous = true },
                playlist(4),
            ], expected: ["discontinuity 1", "discontinuity_uncounted 1"]),
        Case(
            name: "a break that is counted",
            playlists: [
                playlist(1) { $0.pieces[1].isDiscontinuous = true },
                playlist(4) { $0.discontinuitySequence = 1 },
            ], expected: ["discontinuity 1"]),
        Case(
            name: "parts",
            playlists: [
                playlist(1) { list in
                    list.partTarget = .seconds(1)
                    list.control.canBlockReload = true
                    list.control.partHoldBack = .seconds(3)
                    list.pieces[0].parts = [part(1000), part(1000)]
                    list.pieces[1].parts = [part(1100), part(900)]
                    list.pieces[2].parts = [part(800), part(1000), part(200)]
                    list.pieces[3].parts = [part(1000), part(700)]
                }
            ], expected: ["part_over_target 1", "part_short 1", "parts_differ 1"]),
        Case(
            name: "a server of parts that controls nothing",
            playlists: [1, 2].map { playlist($0) { $0.partTarget = .seconds(1) } },
            expected: ["part_hold_back 1", "reload_unblocked 1"]),
    ]

    @Test(arguments: cases)
    func `each fault of playlists is found and told once`(_ example: Case) {
        #expect(Self.remarks(example.playlists) == example.expected)
    }

    @Test func `a playlist that stays as it is becomes stale after one and a half targets`() {
        var rules = PlaylistRules()
        var remarks = HLSRemarks()
        var measures = MeasureSet()
        let wall = WallClock(millisecondsSince1970: 1 << 50)
        func at(_ milliseconds: Int64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }
        _ = rules.take(Self.playlist(1), now: at(0), wall: wall, &remarks, &measures)
        _ = rules.take(Self.playlist(1), now: at(2000), wall: wall, &remarks, &measures)
        rules.look(now: at(3000), &remarks)
        #expect(remarks.all.isEmpty)
        rules.look(now: at(3001), &remarks)
        rules.look(now: at(4000), &remarks)
        _ = rules.take(Self.playlist(2), now: at(5000), wall: wall, &remarks, &measures)
        #expect(remarks.all.map(\.code) == ["playlist_stale"] && remarks.all[0].count == 1)
        #expect(measures[.playlistStale].sum == 2_000_000)
    }
}

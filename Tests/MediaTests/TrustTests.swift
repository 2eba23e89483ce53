import Glibc
@testable import Media
import TestSupport
import Testing

/// Whom inputs believe that come by TLS.
@Suite(.timeLimit(.minutes(5)))
struct TrustTests {
    let folder = ScratchFolder()

    /// A server of files by HTTPS, whose certificate is nobody's but its own.
    private func serve() throws -> (server: RunningProcess, port: UInt16) {
        let make = try ProcessRun.run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout",
                folder.path("key"), "-out", folder.path("certificate"),
            ], environment: TestFiles.environment)
        try #require(make.status == 0, "\(make.talk)")
        let port = try LoopbackPorts.free()
        let server = try RunningProcess(
            "/bin/sh",
            [
                "-c",
                "cd \(folder.path(".")) && exec openssl s_server -accept 127.0.0.1:\(port)"
                    + " -key key -cert certificate -WWW -quiet",
            ], environment: TestFiles.environment)
        try eventually("the server listens") { LoopbackPorts.isListening(port) }
        return (server, port)
    }

    private func open(_ url: String, _ trust: CertificateTrust) -> MediaError? {
        do throws(MediaError) {
            let reader = try InputReader(
                .url(url),
                options: InputOptions(
                    start: .zero, probing: .full, timeout: .seconds(10), trust: trust),
                stop: StopFlag())
            return reader.tracks.isEmpty ? .noTracks : nil
        } catch {
            return error
        }
    }

    @Test func `who serves a film, or what its playlist names, is believed by its certificate`()
        throws
    {
        let show = try CodedShow.make(seconds: 1)
        let writer = try ContainerWriter(
            .file(path: folder.path("show.ts")), tracks: show.tracks, timeout: .seconds(5),
            stop: StopFlag())
        for (track, frame) in show.frames { try writer.write(frame, track: track) }
        try writer.finish()
        let (server, port) = try serve()
        defer {
            server.signal(SIGKILL)
            _ = try? server.finish(within: .seconds(5))
        }
        let film = "https://localhost:\(port)/show.ts"
        _ = folder.write(
            """
            #EXTM3U
            #EXT-X-TARGETDURATION:2
            #EXTINF:1.0,
            \(film)
            #EXT-X-ENDLIST

            """, to: "list.m3u8")
        // The playlist itself comes in the clear.
        let plain = try LoopbackPorts.free()
        let lists = try RunningProcess(
            "/usr/bin/python3",
            [
                "-m", "http.server", "\(plain)", "--bind", "127.0.0.1", "--directory",
                folder.path("."),
            ], environment: TestFiles.environment)
        defer {
            lists.signal(SIGKILL)
            _ = try? lists.finish(within: .seconds(5))
        }
        try eventually("the other server listens") { LoopbackPorts.isListening(plain) }
        for url in [film, "http://127.0.0.1:\(plain)/list.m3u8"] {
            #expect(open(url, .authorities(file: folder.path("certificate"))) == nil)
            #expect(open(url, .anything) == nil)
            #expect(open(url, .system) != nil, "a certificate of nobody's was believed")
        }
    }
}

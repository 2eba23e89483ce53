import Glibc
import TestSupport

/// nginx with its RTMP module on loopback: it records all that is sent to it as FLV, and serves it
/// as HLS.
final class RTMPHost {
    private static let nginx = "/usr/sbin/nginx"
    private static let module = "/usr/lib/nginx/modules/ngx_rtmp_module.so"
    static var isThere: Bool { Files.exists(nginx) && Files.exists(module) }

    private let folder = ScratchFolder()
    private let port: UInt16
    private let webPort: UInt16
    private let process: RunningProcess

    init() throws {
        // A free port may be taken by another before nginx has it.
        for _ in 0..<5 {
            let (port, webPort) = (FreePort.take(), FreePort.take())
            let process = try RunningProcess(
                Self.nginx,
                [
                    "-c", folder.write(Self.configuration(folder, port, webPort), to: "nginx.conf"),
                    "-p", folder.path(""),
                ], environment: ["PATH": "/usr/bin:/bin"], folder: folder.path(""))
            var isUp = false
            try eventually("nginx listens", within: .seconds(30)) {
                isUp = FreePort.isTaken(port)
                return isUp || process.poll() != nil
            }
            if isUp {
                self.port = port
                self.webPort = webPort
                self.process = process
                return
            }
        }
        throw ShowFailure(words: "nginx does not start: \(folder.read("error.log"))")
    }

    func url(_ key: String) -> String { "rtmp://127.0.0.1:\(port)/live/\(key)" }

    func playlist(_ key: String) -> String { "http://127.0.0.1:\(webPort)/hls/\(key).m3u8" }

    func recording(_ key: String) -> String { folder.path("\(key).flv") }

    /// Waits until somebody publishes.
    func awaitRecording(_ key: String) throws {
        try eventually("somebody sends '\(key)'", within: .seconds(60)) {
            (Files.bytes(recording(key))?.count ?? 0) > 20_000
        }
    }

    private static func configuration(
        _ folder: ScratchFolder, _ port: UInt16, _ webPort: UInt16
    ) -> String {
        """
        load_module \(module);
        daemon off;
        master_process off;
        user root;
        pid \(folder.path("pid"));
        error_log \(folder.path("error.log")) info;
        events { worker_connections 64; }
        rtmp {
          server {
            listen 127.0.0.1:\(port);
            application live {
              live on;
              record all;
              record_path \(folder.path(""));
              record_unique off;
              hls on;
              hls_path \(folder.path("hls"));
              hls_fragment 1s;
              hls_playlist_length 6s;
            }
          }
        }
        http {
          access_log off;
          server {
            listen 127.0.0.1:\(webPort);
            root \(folder.path(""));
            types { application/vnd.apple.mpegurl m3u8; video/mp2t ts; }
            add_header Cache-Control no-cache;
          }
        }
        """
    }
}

/// Python's server of a folder's files, by HTTP.
final class FileServer {
    private let process: RunningProcess
    private let port: UInt16

    init(_ folder: String) throws {
        let port = FreePort.take()
        let process = try RunningProcess(
            ShowPeers.systemPython,
            ["-m", "http.server", "--bind", "127.0.0.1", "--directory", folder, String(port)],
            environment: ["PATH": "/usr/bin:/bin"])
        try eventually("the file server listens", within: .seconds(60)) {
            guard process.poll() == nil else { throw ShowFailure(words: process.talk) }
            return FreePort.isTaken(port)
        }
        self.process = process
        self.port = port
    }

    func url(_ file: String) -> String { "http://127.0.0.1:\(port)/\(file)" }
}

/// Ports of TCP for programs that cannot take a free one by themselves.
enum FreePort {
    /// One that nobody has just now.
    static func take() -> UInt16 {
        with(port: 0) { socket, name in
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            unsafe withUnsafeMutablePointer(to: &name) { name in
                unsafe name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                    _ = unsafe bind(socket, name, length)
                    _ = unsafe getsockname(socket, name, &length)
                }
            }
            return name.sin_port.bigEndian
        }
    }

    /// Whether somebody listens there in the network namespace of a process. Nobody is called: an
    /// ffmpeg that listens takes one caller only.
    static func isListening(_ port: UInt16, beside process: RunningProcess) -> Bool {
        let table = Files.read("/proc/\(process.pid)/net/tcp") ?? ""
        let hex = String(port, radix: 16, uppercase: true)
        let place = ":" + String(repeating: "0", count: 4 - hex.count) + hex
        return table.split(separator: "\n").contains { line in
            let fields = line.split(separator: " ")
            return fields.count > 3 && fields[1].hasSuffix(place) && fields[3] == "0A"
        }
    }

    static func isTaken(_ port: UInt16) -> Bool {
        with(port: port) { socket, name in
            unsafe withUnsafePointer(to: &name) { name in
                unsafe name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                    unsafe connect(socket, name, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
        }
    }

    private static func with<Result>(
        port: UInt16, _ body: (Int32, inout sockaddr_in) -> Result
    ) -> Result {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return body(socket, &name)
    }
}

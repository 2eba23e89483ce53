import Glibc
import TestSupport

/// A real server of RTMP, on a port of its own: nginx with its module.
final class RTMPServer {
    static let nginx = "/usr/sbin/nginx"
    static let module = "/usr/lib/nginx/modules/ngx_rtmp_module.so"

    static var isInstalled: Bool {
        (Files.exists(nginx) && Files.exists(module)) || TestFiles.isCI
    }

    let port: Int
    let folder = ScratchFolder()
    let process: RunningProcess

    init() throws {
        // Freed at once, and taken by the server: nobody else asks for it in between.
        port = try SilentServer().port
        folder.write(
            """
            load_module \(Self.module);
            daemon off;
            master_process off;
            pid \(folder.path("pid"));
            error_log \(folder.path("log")) info;
            events { worker_connections 64; }
            rtmp {
                server {
                    listen 127.0.0.1:\(port);
                    application live { live on; }
                    application closed { live on; deny publish all; }
                }
            }
            """, to: "nginx.conf")
        process = try RunningProcess(
            Self.nginx, ["-c", folder.path("nginx.conf"), "-p", folder.path],
            environment: TestFiles.environment)
        let port = port
        try eventually("nginx listens", within: .seconds(10)) { Self.isListening(port) }
    }

    deinit {
        stop()
    }

    func stop() {
        process.signal(SIGKILL)
        _ = try? process.finish(within: .seconds(5))
    }

    var url: String { "rtmp://127.0.0.1:\(port)/live/show" }

    static func isListening(_ port: Int) -> Bool {
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(client) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        return unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

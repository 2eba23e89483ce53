import Glibc
import TestSupport

/// A real server of RTMP, on a port of its own: nginx with its module.
final class RTMPServer {
    static let nginx = "/usr/sbin/nginx"
    static let module = "/usr/lib/nginx/modules/ngx_rtmp_module.so"

    static var isInstalled: Bool {
        (Files.exists(nginx) && Files.exists(module)) || Machine.isCI
    }

    let port: UInt16
    let folder = ScratchFolder()
    let process: RunningProcess

    init() throws {
        port = try LoopbackPorts.free()
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
        try eventually("nginx listens", within: .seconds(10)) { LoopbackPorts.isListening(port) }
    }

    deinit {
        stop()
    }

    func stop() {
        process.signal(SIGKILL)
        _ = try? process.finish(within: .seconds(5))
    }

    var url: String { "rtmp://127.0.0.1:\(port)/live/show" }
}

import Glibc
import Primitives
import TestSupport

@testable import SessionSupport

/// nginx with its RTMP module on loopback, recording all that is sent to it as FLV.
final class RTMPServer {
    static let path = "/usr/sbin/nginx"
    static let module = "/usr/lib/nginx/modules/ngx_rtmp_module.so"
    private static let tries = 5

    static var isInstalled: Bool { Files.exists(path) && Files.exists(module) }

    let folder = ScratchFolder()
    private(set) var port: UInt16 = 0
    private var process: RunningProcess?

    init() throws {
        // A free port may be taken by another before nginx has it.
        for _ in 0..<Self.tries where process == nil {
            port = try LoopbackPorts.free()
            try start()
        }
        guard process != nil else { throw LiveFailure("nginx does not start") }
    }

    func url(_ key: String) -> String { "rtmp://127.0.0.1:\(port)/live/\(key)" }

    func recording(_ key: String) -> String { folder.path("\(key).flv") }

    /// Ends it without a goodbye, as a crash does.
    func kill() throws {
        process?.signal(SIGKILL)
        _ = try process?.finish()
        process = nil
    }

    func start() throws {
        let configuration = """
            load_module \(Self.module);
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
                }
              }
            }
            """
        let new = try RunningProcess(
            Self.path,
            ["-c", folder.write(configuration, to: "nginx.conf"), "-p", folder.path("")],
            environment: ["PATH": "/usr/bin:/bin"], folder: folder.path(""))
        var isUp = false
        try eventually("nginx listens", within: .seconds(10)) {
            isUp = LoopbackPorts.isListening(port)
            return isUp || new.poll() != nil
        }
        if isUp { process = new }
    }
}

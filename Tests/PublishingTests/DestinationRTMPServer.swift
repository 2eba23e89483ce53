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
    static var isCI: Bool { unsafe getenv("CI").map { unsafe String(cString: $0) } == "true" }

    let folder = ScratchFolder()
    private(set) var port: UInt16 = 0
    private var process: RunningProcess?

    init() throws {
        // A free port may be taken by another before nginx has it.
        for _ in 0..<Self.tries where process == nil {
            port = Self.freePort()
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
            isUp = Self.isListening(port)
            return isUp || new.poll() != nil
        }
        if isUp { process = new }
    }

    /// A port of TCP that nobody has just now.
    private static func freePort() -> UInt16 {
        let (socket, port) = listen()
        close(socket)
        return port
    }

    /// A socket that takes connections and never says anything, with its port.
    static func listen() -> (socket: Int32, port: UInt16) {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        unsafe withUnsafeMutablePointer(to: &name) { name in
            unsafe name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                _ = unsafe bind(socket, name, length)
                _ = unsafe getsockname(socket, name, &length)
            }
        }
        _ = Glibc.listen(socket, 8)
        return (socket, name.sin_port.bigEndian)
    }

    private static func isListening(_ port: UInt16) -> Bool {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return unsafe withUnsafePointer(to: &name) { name in
            unsafe name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                unsafe connect(socket, name, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

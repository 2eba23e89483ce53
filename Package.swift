// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is built with these settings, tests included.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    // Only for a view over somebody else's bytes (Primitives/ByteReader.swift).
    .enableExperimentalFeature("Lifetimes"),
]

let package = Package(
    name: "live-commerce-toolkit",
    products: [
        .executable(name: "lcctl", targets: ["lcctl"]),
        .executable(name: "whip-push", targets: ["whip-push"]),
        .executable(name: "whip-relay", targets: ["whip-relay"]),
        .executable(name: "whep-probe", targets: ["whep-probe"]),
        .executable(name: "vod-cut", targets: ["vod-cut"]),
        .executable(name: "docgen", targets: ["docgen"]),
    ],
    targets: [
        // C, no logic
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        // Not by pkg-config: its flags for other compilers are refused with a warning.
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        .target(name: "CShims"),
        .target(
            name: "COpenSSL", linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .target(name: "CSRTP", linkerSettings: [.linkedLibrary("srtp2")]),
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        // libavdevice is opened when a device is named: it would cost each start 40 ms and 18 MB.
        .target(
            name: "CFFmpeg",
            linkerSettings: ["avformat", "avcodec", "avutil", "swscale", "swresample"].map {
                .linkedLibrary($0)
            }),

        // pure: the standard library only
        .target(name: "Primitives", swiftSettings: strict),
        .target(name: "Commerce", dependencies: ["Primitives"], swiftSettings: strict),
        .target(name: "HTTP", dependencies: ["Primitives"], swiftSettings: strict),
        .target(name: "WebRTC", dependencies: ["Primitives"], swiftSettings: strict),
        .target(name: "Measures", dependencies: ["Primitives"], swiftSettings: strict),
        .target(name: "Signaling", dependencies: ["Primitives", "HTTP"], swiftSettings: strict),
        .target(name: "Movies", dependencies: ["Primitives", "WebRTC"], swiftSettings: strict),
        .target(name: "Playlists", dependencies: ["Primitives"], swiftSettings: strict),

        // boundaries
        .target(
            name: "Stores",
            dependencies: ["Primitives", "Commerce", "CSQLite", "CHiredis", "CShims"],
            swiftSettings: strict),
        .target(
            name: "SecureTransport",
            dependencies: ["Primitives", "WebRTC", "COpenSSL", "CSRTP"], swiftSettings: strict),
        .target(
            name: "Network",
            dependencies: ["Primitives", "HTTP", "SecureTransport", "CShims", "COpenSSL", "CCurl"],
            swiftSettings: strict),
        .target(
            name: "Media", dependencies: ["Primitives", "WebRTC", "CFFmpeg"],
            swiftSettings: strict),

        .target(name: "FileAccess", dependencies: ["Primitives"], swiftSettings: strict),
        .target(
            name: "Recordings", dependencies: ["Primitives", "WebRTC", "Movies"],
            swiftSettings: strict),

        // engines
        .target(
            name: "Sessions",
            dependencies: [
                "Primitives", "HTTP", "WebRTC", "Signaling", "SecureTransport", "Network",
            ], swiftSettings: strict),
        .target(
            name: "Publishing",
            dependencies: [
                "Primitives", "HTTP", "WebRTC", "Signaling", "SecureTransport", "Network", "Media",
                "Sessions",
            ], swiftSettings: strict),
        .target(
            name: "Probing",
            dependencies: [
                "Primitives", "HTTP", "WebRTC", "Signaling", "Measures", "Playlists",
                "SecureTransport", "Network", "Media", "Sessions",
            ], swiftSettings: strict),
        .target(
            name: "Cutting",
            dependencies: [
                "Primitives", "WebRTC", "Commerce", "Measures", "Movies", "Playlists",
                "SecureTransport", "Media", "FileAccess",
            ], swiftSettings: strict),
        .target(
            name: "Relaying",
            dependencies: [
                "Primitives", "HTTP", "WebRTC", "Signaling", "SecureTransport", "Network",
                "Recordings",
            ], swiftSettings: strict),

        // command line
        .target(
            name: "CommandLineKit", dependencies: ["Primitives", "CShims"], swiftSettings: strict),
        .target(
            name: "LCCtlCommands",
            dependencies: [
                "Primitives", "Commerce", "Stores", "CommandLineKit", "TimelineCommands",
            ],
            swiftSettings: strict),
        // What programs that read timelines share of options and words.
        .target(
            name: "TimelineCommands", dependencies: ["Primitives", "Commerce", "CommandLineKit"],
            swiftSettings: strict),
        .executableTarget(
            name: "lcctl", dependencies: ["LCCtlCommands", "CommandLineKit"], swiftSettings: strict),
        // What programs with a session of WHIP or WHEP share of options and words.
        .target(
            name: "SessionCommands",
            dependencies: [
                "Primitives", "HTTP", "WebRTC", "Signaling", "SecureTransport", "Network",
                "Sessions", "CommandLineKit",
            ], swiftSettings: strict),
        // What programs that read media share of words.
        .target(
            name: "MediaCommands", dependencies: ["Primitives", "Media", "CommandLineKit"],
            swiftSettings: strict),
        .target(
            name: "PushCommands",
            dependencies: [
                "Primitives", "HTTP", "WebRTC", "Signaling", "SecureTransport", "Network", "Media",
                "Sessions", "Publishing", "CommandLineKit", "SessionCommands", "MediaCommands",
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "whip-push", dependencies: ["PushCommands", "CommandLineKit"],
            swiftSettings: strict),
        .target(
            name: "RelayCommands",
            dependencies: ["Primitives", "Signaling", "Relaying", "CommandLineKit"],
            swiftSettings: strict),
        .executableTarget(
            name: "whip-relay", dependencies: ["RelayCommands", "CommandLineKit"],
            swiftSettings: strict),
        .target(
            name: "ProbeCommands",
            dependencies: [
                "Primitives", "HTTP", "WebRTC", "Signaling", "Measures", "SecureTransport",
                "Network", "Media", "Sessions", "Probing", "CommandLineKit", "SessionCommands",
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "whep-probe", dependencies: ["ProbeCommands", "CommandLineKit"],
            swiftSettings: strict),
        .target(
            name: "VODCutCommands",
            dependencies: [
                "Primitives", "WebRTC", "Commerce", "Measures", "Movies", "Playlists", "Media",
                "FileAccess", "Cutting", "CommandLineKit", "TimelineCommands", "MediaCommands",
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "vod-cut", dependencies: ["VODCutCommands", "CommandLineKit"],
            swiftSettings: strict),
        .executableTarget(
            name: "docgen",
            dependencies: [
                "LCCtlCommands", "PushCommands", "RelayCommands", "ProbeCommands",
                "VODCutCommands", "CommandLineKit",
            ],
            swiftSettings: strict),

        // tests
        .testTarget(name: "PrimitivesTests", dependencies: ["Primitives"], swiftSettings: strict),
        // What is fuzzed is a library, so that it never rots and its corpus is an ordinary test.
        .target(
            name: "FuzzBodies",
            dependencies: [
                "Primitives", "Commerce", "CommandLineKit", "LCCtlCommands", "HTTP", "WebRTC",
                "Signaling", "SecureTransport", "Media", "Publishing", "Relaying", "Measures",
                "Probing", "Stores", "Movies", "Playlists", "Cutting",
            ],
            path: "Fuzz/Bodies", swiftSettings: strict),
        .testTarget(
            name: "FuzzCorpusTests", dependencies: ["FuzzBodies", "TestSupport"],
            swiftSettings: strict),
        .target(name: "CTestSupport", path: "Tests/CTestSupport"),
        .target(
            name: "TestSupport", dependencies: ["Primitives", "CTestSupport"],
            path: "Tests/TestSupport", exclude: ["Peers"], swiftSettings: strict),
        .testTarget(
            name: "CommandLineKitTests",
            dependencies: ["Primitives", "CommandLineKit", "TestSupport"],
            exclude: ["Snapshots"],
            swiftSettings: strict),
        .testTarget(
            name: "LCCtlCommandsTests",
            dependencies: [
                "Primitives", "Commerce", "Stores", "CommandLineKit", "TimelineCommands",
                "LCCtlCommands",
                "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Primitives", "CommandLineKit", "LCCtlCommands", "TestSupport", "lcctl",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "HTTPTests", dependencies: ["Primitives", "HTTP"], swiftSettings: strict),
        .testTarget(
            name: "WebRTCTests", dependencies: ["Primitives", "WebRTC", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "SignalingTests", dependencies: ["Primitives", "HTTP", "Signaling"],
            swiftSettings: strict),
        .testTarget(
            name: "SecureTransportTests",
            dependencies: ["Primitives", "WebRTC", "SecureTransport"], swiftSettings: strict),
        .testTarget(
            name: "NetworkTests",
            dependencies: ["Primitives", "HTTP", "Network", "SecureTransport", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "SimulationTests",
            dependencies: ["Primitives", "WebRTC", "SecureTransport"], swiftSettings: strict),
        .testTarget(
            name: "InteropTests",
            dependencies: [
                "Primitives", "HTTP", "WebRTC", "Signaling", "SecureTransport", "Network",
                "TestSupport",
            ], exclude: ["Peers"], swiftSettings: strict),
        .testTarget(
            name: "MediaTests", dependencies: ["Primitives", "WebRTC", "Media", "TestSupport"],
            swiftSettings: strict),
        // A server whose sessions record: the other end of the tests of clients.
        .target(
            name: "SessionSupport",
            dependencies: [
                "Primitives", "HTTP", "WebRTC", "Signaling", "SecureTransport", "Network",
                "TestSupport",
            ], path: "Tests/SessionSupport", swiftSettings: strict),
        .testTarget(
            name: "SessionsTests",
            dependencies: [
                "Primitives", "HTTP", "WebRTC", "Signaling", "SecureTransport", "Network",
                "Sessions", "SessionSupport", "TestSupport",
            ], swiftSettings: strict),
        .testTarget(
            name: "PublishingTests",
            dependencies: [
                "Primitives", "HTTP", "WebRTC", "Signaling", "SecureTransport", "Network", "Media",
                "Sessions", "Publishing", "SessionSupport", "TestSupport",
            ], swiftSettings: strict),
        .testTarget(
            name: "RelayingTests",
            dependencies: [
                "Primitives", "HTTP", "WebRTC", "Signaling", "SecureTransport", "Network",
                "Recordings",
                "Relaying", "TestSupport",
            ], swiftSettings: strict),
        .testTarget(
            name: "MeasuresTests", dependencies: ["Primitives", "Measures"], swiftSettings: strict),
        .testTarget(
            name: "ProbingTests",
            dependencies: [
                "Primitives", "HTTP", "WebRTC", "Signaling", "Measures", "Playlists",
                "SecureTransport", "Network", "Media", "Sessions", "Publishing", "Probing",
                "Relaying", "SessionSupport", "TestSupport",
            ], swiftSettings: strict),
        .testTarget(
            name: "ProbeCommandsTests",
            dependencies: [
                "Primitives", "Measures", "Signaling", "Network", "Sessions", "Probing",
                "CommandLineKit", "ProbeCommands", "SessionCommands", "TestSupport",
            ], exclude: ["Snapshots"], swiftSettings: strict),
        // whip-push, whip-relay and whep-probe as they are shipped, with real peers.
        .testTarget(
            name: "ShowTests",
            dependencies: [
                "Primitives", "Measures", "CommandLineKit", "PushCommands", "RelayCommands",
                "ProbeCommands", "TestSupport", "whip-push", "whip-relay", "whep-probe",
            ], exclude: ["Peers"], swiftSettings: strict),
        .testTarget(
            name: "MoviesTests", dependencies: ["Primitives", "WebRTC", "Movies", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "FileAccessTests", dependencies: ["Primitives", "FileAccess", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "CuttingTests",
            dependencies: [
                "Primitives", "WebRTC", "Commerce", "Measures", "Movies", "Playlists",
                "SecureTransport", "Media", "FileAccess", "Cutting", "TestSupport",
            ], swiftSettings: strict),
        .testTarget(
            name: "VODCutCommandsTests",
            dependencies: [
                "Primitives", "Commerce", "Movies", "FileAccess", "Cutting", "CommandLineKit",
                "TimelineCommands",
                "VODCutCommands", "TestSupport",
            ], swiftSettings: strict),
        // vod-cut and lcctl as they are shipped, with ffmpeg and Chromium as judges.
        .testTarget(
            name: "VODTests",
            dependencies: [
                "Primitives", "Commerce", "Movies", "Playlists", "Network", "HTTP",
                "CommandLineKit", "VODCutCommands", "TestSupport", "vod-cut", "lcctl",
            ], swiftSettings: strict),
        // Buyers as processes that crash tests may kill, and what they were told.
        .target(
            name: "CrowdSupport", dependencies: ["Primitives", "Commerce", "Stores"],
            path: "Tests/CrowdSupport", swiftSettings: strict),
        .executableTarget(
            name: "crowd-buyer", dependencies: ["CrowdSupport"], path: "Tests/CrowdBuyer",
            swiftSettings: strict),
        .testTarget(
            name: "CrashTests",
            dependencies: [
                "Primitives", "Commerce", "Stores", "TestSupport", "CrowdSupport", "crowd-buyer",
                "lcctl",
            ], swiftSettings: strict),
        .testTarget(name: "TidyTests", dependencies: ["TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "CommerceTests", dependencies: ["Primitives", "Commerce"], swiftSettings: strict),
        .testTarget(
            name: "StoresTests", dependencies: ["Primitives", "Commerce", "Stores", "TestSupport"],
            swiftSettings: strict),
    ]
)

// Fuzz targets are built only by Fuzz/run: every module is instrumented then.
if Context.environment["LC_FUZZ"] != nil {
    package.targets += [
        .target(name: "CFuzzer", path: "Fuzz/CFuzzer"),
        .target(
            name: "FuzzSupport", dependencies: ["CFuzzer"], path: "Fuzz/FuzzSupport",
            swiftSettings: strict),
    ]
    let names = [
        "json", "csv", "skufile", "showfile", "arguments", "stun", "sdp", "rtp", "rtcp", "h264",
        "h265", "vp8", "vp9", "av1", "http", "signaling", "peer", "srtp", "keyframe", "lists",
        "pattern", "stamp", "ntp", "playlist", "timeline", "cutlist", "report", "assertion", "resp",
        "reservation", "snapshot", "mp4", "job",
    ]
    package.targets += names.map { name in
        .executableTarget(
            name: "fuzz-\(name)", dependencies: ["FuzzBodies", "FuzzSupport"],
            path: "Fuzz/Targets/\(name)", swiftSettings: strict)
    }
}

// Benchmarks are built only by Benchmarks/run. The engine's counts allocations by standing before
// the allocator, which no shipped program should.
if Context.environment["LC_BENCH"] != nil {
    package.products += ["engine-bench", "relay-load", "store-bench"].map {
        .executable(name: $0, targets: [$0])
    }
    package.targets += [
        .target(name: "CEngineBench", path: "Benchmarks/CEngineBench"),
        .executableTarget(
            name: "engine-bench",
            dependencies: [
                "Primitives", "Signaling", "WebRTC", "SecureTransport", "Network", "Relaying",
                "COpenSSL", "CEngineBench",
            ],
            path: "Benchmarks/Engine", swiftSettings: strict),
        .target(name: "CRelayLoad", path: "Benchmarks/CRelayLoad"),
        .executableTarget(
            name: "relay-load",
            dependencies: [
                "Primitives", "HTTP", "WebRTC", "SecureTransport", "Network", "CRelayLoad",
            ],
            path: "Benchmarks/Load", swiftSettings: strict),
        .executableTarget(
            name: "store-bench", dependencies: ["Primitives", "Commerce", "Stores"],
            path: "Benchmarks/Stores", swiftSettings: strict),
    ]
}

import TestSupport

/// `lcctl` as a user runs it, on a store in a scratch folder of its own.
struct Bench {
    let folder = ScratchFolder()

    var environment: [String: String] {
        [
            "LC_STORE": "sqlite:\(folder.path("store.db"))", "HOME": folder.path,
            "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8",
        ]
    }

    @discardableResult
    func lcctl(
        _ arguments: String..., input: String = "", variables: [String: String] = [:]
    ) throws -> ProcessRun {
        try lcctl(arguments, input: input, variables: variables)
    }

    @discardableResult
    func lcctl(
        _ arguments: [String], input: String = "", variables: [String: String] = [:]
    ) throws -> ProcessRun {
        try ProcessRun.run(
            Programs.path("lcctl"), arguments,
            environment: environment.merging(variables) { $1 }, input: input, folder: folder.path)
    }

    /// A command line that a shell takes apart.
    func shell(_ line: String, variables: [String: String] = [:]) throws -> ProcessRun {
        let programs = Programs.path("lcctl").split(
            separator: "/", omittingEmptySubsequences: false
        ).dropLast().joined(separator: "/")
        var environment = environment.merging(variables) { $1 }
        environment["PATH"] = "\(programs):/usr/bin:/bin"
        return try ProcessRun.run(
            "/bin/bash", ["-euo", "pipefail", "-c", line], environment: environment,
            folder: folder.path)
    }

    func start(_ arguments: [String], variables: [String: String] = [:]) throws -> RunningProcess {
        try RunningProcess(
            Programs.path("lcctl"), arguments, environment: environment.merging(variables) { $1 },
            folder: folder.path)
    }
}

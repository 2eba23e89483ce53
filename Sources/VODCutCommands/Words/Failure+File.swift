import CommandLineKit
import FileAccess

extension Failure {
    init(_ problem: FileProblem) {
        switch problem {
        case .system(let step, let path, let code):
            self.init(
                step.status, "file.\(step.rawValue)",
                "cannot \(step.words) '\(path)': \(SystemWords.text(code))", hint: step.hint(code))
        case .exists(let path):
            self.init(
                .cannotCreate, "output.exists", "'\(path)' exists already",
                hint: "name another, or replace it with --force")
        case .isSource(let path):
            self.init(
                .cannotCreate, "output.is-source", "'\(path)' is the recording itself",
                hint: "name another; a recording is never replaced by what is made of it")
        case .notRegular(let path):
            self.init(
                .noInput, "file.not-regular", "'\(path)' is not a regular file",
                hint: "a recording must be a file that can be read at any place")
        case .shorter(let path):
            self.init(
                .dataError, "file.shorter", "'\(path)' became shorter while it was read",
                hint: "wait until whoever writes it is done")
        }
    }
}

extension FileStep {
    fileprivate var status: ExitStatus {
        switch self {
        case .open, .list: .noInput
        case .create: .cannotCreate
        case .read, .write, .sync, .rename, .remove: .ioError
        }
    }

    fileprivate var words: String {
        switch self {
        case .open: "open"
        case .read: "read"
        case .create: "create"
        case .write: "write"
        case .sync: "write"
        case .rename: "give its name to"
        case .list: "list"
        case .remove: "remove"
        }
    }

    fileprivate func hint(_ code: Int32) -> String? {
        // ENOSPC and EDQUOT: what was begun is gone again.
        switch self {
        case .write, .sync: code == 28 || code == 122 ? "nothing is left of it; make room" : nil
        case .open, .read, .create, .rename, .list, .remove: nil
        }
    }
}

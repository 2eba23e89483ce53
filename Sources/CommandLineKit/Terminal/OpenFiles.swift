internal import CShims

/// How many files and sockets the process may have open.
package enum OpenFiles {
    /// Raises the limit as far as the system allows; gives it. What a shell starts has 1024, which
    /// is few for a server.
    @discardableResult
    package static func raiseLimit() -> Int {
        Int(lc_raise_file_limit())
    }
}

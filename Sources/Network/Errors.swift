internal import Glibc

/// The numbers of errno that are decided by.
enum Errors {
    static let interrupted = Int(EINTR)
    static let inProgress = Int(EINPROGRESS)
    static let again = Int(EAGAIN)
    static let noBuffers = Int(ENOBUFS)
    static let noMemory = Int(ENOMEM)
    static let io = Int(EIO)
    static let invalid = Int(EINVAL)
    static let unsupported = Int(EOPNOTSUPP)
    static let noOption = Int(ENOPROTOOPT)
    static let tooLong = Int(EMSGSIZE)
    static let processFiles = Int(EMFILE)
    static let systemFiles = Int(ENFILE)
}

internal import Glibc

/// What the machine can do at once.
package enum Processors {
    package static var count: Int {
        min(Crew.Limits.threads, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }
}

import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzJob(unsafe input(start, count))
    return 0
}

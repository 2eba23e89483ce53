import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzSnapshot(unsafe input(start, count))
    return 0
}

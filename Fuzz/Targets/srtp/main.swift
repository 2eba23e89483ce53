import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzSRTP(unsafe input(start, count))
    return 0
}

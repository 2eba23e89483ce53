import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzSDP(unsafe input(start, count))
    return 0
}

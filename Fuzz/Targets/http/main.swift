import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzHTTP(unsafe input(start, count))
    return 0
}

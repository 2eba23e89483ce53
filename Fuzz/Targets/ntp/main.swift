import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzNTP(unsafe input(start, count))
    return 0
}

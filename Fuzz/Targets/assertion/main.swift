import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzAssertion(unsafe input(start, count))
    return 0
}

import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzPattern(unsafe input(start, count))
    return 0
}

import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzStamp(unsafe input(start, count))
    return 0
}

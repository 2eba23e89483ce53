import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzMP4(unsafe input(start, count))
    return 0
}

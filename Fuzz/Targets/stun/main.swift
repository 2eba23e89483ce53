import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzSTUN(unsafe input(start, count))
    return 0
}

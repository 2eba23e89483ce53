import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzVP9(unsafe input(start, count))
    return 0
}

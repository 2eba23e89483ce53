import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzJSON(unsafe input(start, count))
    return 0
}

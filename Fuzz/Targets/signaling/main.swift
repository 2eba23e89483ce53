import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzSignaling(unsafe input(start, count))
    return 0
}

import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzCutList(unsafe input(start, count))
    return 0
}

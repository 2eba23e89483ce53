import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzSKUFile(unsafe input(start, count))
    return 0
}

import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzArguments(unsafe input(start, count))
    return 0
}

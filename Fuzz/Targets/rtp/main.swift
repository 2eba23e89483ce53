import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzRTP(unsafe input(start, count))
    return 0
}

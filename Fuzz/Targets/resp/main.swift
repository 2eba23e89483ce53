import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzRESP(unsafe input(start, count))
    return 0
}

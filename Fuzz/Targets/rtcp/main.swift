import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzRTCP(unsafe input(start, count))
    return 0
}

import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzAV1(unsafe input(start, count))
    return 0
}

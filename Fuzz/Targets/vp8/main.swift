import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzVP8(unsafe input(start, count))
    return 0
}

import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzH264(unsafe input(start, count))
    return 0
}

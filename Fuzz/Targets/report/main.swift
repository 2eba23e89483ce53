import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzReport(unsafe input(start, count))
    return 0
}

import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzCSV(unsafe input(start, count))
    return 0
}

import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzH265(unsafe input(start, count))
    return 0
}

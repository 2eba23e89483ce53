import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzTimeline(unsafe input(start, count))
    return 0
}

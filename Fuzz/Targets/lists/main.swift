import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzLists(unsafe input(start, count))
    return 0
}

import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzShowFile(unsafe input(start, count))
    return 0
}

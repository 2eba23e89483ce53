import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzKeyframe(unsafe input(start, count))
    return 0
}

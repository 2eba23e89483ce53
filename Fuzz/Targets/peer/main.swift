import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzPeer(unsafe input(start, count))
    return 0
}

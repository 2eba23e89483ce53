import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzPlaylist(unsafe input(start, count))
    return 0
}

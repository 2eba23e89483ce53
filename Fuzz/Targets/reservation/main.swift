import FuzzBodies
import FuzzSupport

unsafe runFuzzer { start, count in
    fuzzReservation(unsafe input(start, count))
    return 0
}

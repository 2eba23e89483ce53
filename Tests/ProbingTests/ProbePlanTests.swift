import Probing
import Testing

@Suite struct ProbePlanTests {
    @Test func `nothing is wanted beside the report unless it is said`() {
        let wishes = ProbeWishes()
        #expect(!wishes.samples && !wishes.capture && !wishes.snapshot)
    }
}

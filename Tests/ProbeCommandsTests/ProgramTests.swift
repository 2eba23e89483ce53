import CommandLineKit
import ProbeCommands
import Testing

@Suite struct ProgramTests {
    @Test func `the program has its name`() {
        #expect(WHEPProbe.program.name == "whep-probe")
    }
}

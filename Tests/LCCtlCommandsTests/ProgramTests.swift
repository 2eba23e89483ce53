import CommandLineKit
import LCCtlCommands
import TestSupport
import Testing

@Suite struct ProgramTests {
    @Test func `the tables of lcctl are sound`() {
        #expect(LCCtl.program.problems == [])
    }

    @Test func `the generated files are what the tables say`() throws {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
            .joined(separator: "/")
        let files = Documentation.files(for: LCCtl.program) + [Documentation.exitCodes]
        for (path, text) in files {
            #expect(Files.read("\(root)/\(path)") == text, "\(path) is stale: run 'make docs'")
        }
        let listing = try ProcessRun.run("/bin/ls", ["\(root)/man"], environment: [:])
        let pages = files.map(\.path).filter { $0.hasPrefix("man/") }.map { $0.dropFirst(4) }
        let found = listing.output.split(separator: "\n").filter { $0.hasPrefix("lcctl") }
        #expect(found.sorted() == pages.sorted())
    }

    @Test func `the manual pages are clean mdoc`() throws {
        let folder = ScratchFolder()
        for (path, text) in Documentation.files(for: LCCtl.program) where path.hasPrefix("man/") {
            let page = folder.write(text, to: String(path.dropFirst(4)))
            let lint = try ProcessRun.run(
                "/usr/bin/mandoc", ["-T", "lint", "-W", "warning", page], environment: [:])
            #expect(lint.output + lint.talk == "")
        }
    }
}

import Media
import TestSupport
import Testing

struct CrewTests {
    private struct Bad: Error, Equatable {
        let number: Int
    }

    @Test(arguments: [1, 2, 7])
    func `answers are taken in the order of the jobs, whichever thread was first`(
        threads: Int
    ) throws {
        var taken: [Int] = []
        let isWhole = try Crew.work(
            jobs: 50, threads: threads, ahead: 4, stop: StopFlag(),
            job: { (number) throws(Bad) in
                // Odd ones take longer.
                var sum = 0
                for step in 0..<(number % 2 == 0 ? 10 : 20_000) { sum &+= step }
                return number * 2 + (sum & 0)
            },
            take: { (number, answer) throws(Bad) in
                #expect(answer == number * 2)
                taken.append(number)
            }, meanwhile: {})
        #expect(isWhole)
        #expect(taken == Array(0..<50))
    }

    @Test func `the first failure in the order of the jobs is the one that is told`() {
        var taken = 0
        #expect(throws: Bad(number: 5)) {
            _ = try Crew.work(
                jobs: 20, threads: 3, ahead: 8, stop: StopFlag(),
                job: { (number) throws(Bad) in
                    if number >= 5 { throw Bad(number: number) }
                    return number
                }, take: { (_, _) throws(Bad) in taken += 1 }, meanwhile: {})
        }
        #expect(taken == 5)
    }

    @Test func `what is taken wrongly ends the work`() {
        #expect(throws: Bad(number: -1)) {
            _ = try Crew.work(
                jobs: 20, threads: 2, ahead: 2, stop: StopFlag(),
                job: { (number) throws(Bad) in number },
                take: { (number, _) throws(Bad) in if number == 3 { throw Bad(number: -1) } },
                meanwhile: {})
        }
    }

    @Test func `a raised flag ends the work before all is done`() throws {
        let stop = StopFlag()
        var taken = 0
        let isWhole = try Crew.work(
            jobs: 1000, threads: 2, ahead: 4, stop: stop, job: { (number) throws(Bad) in number },
            take: { (number, _) throws(Bad) in
                taken += 1
                if number == 10 { stop.raise() }
            }, meanwhile: {})
        #expect(!isWhole)
        #expect(taken < 1000)
    }

    @Test func `no jobs are done at once`() throws {
        let isWhole = try Crew.work(
            jobs: 0, threads: 4, ahead: 1, stop: StopFlag(),
            job: { (number) throws(Bad) in number },
            take: { (_, _) throws(Bad) in }, meanwhile: {})
        #expect(isWhole)
    }
}

import Primitives
import Testing

@testable import Relaying

@Suite struct LayerTests {
    private func instant(_ seconds: Int) -> Instant {
        Instant(nanoseconds: Int64(seconds) * 1_000_000_000)
    }

    @Test
    func `a path that narrows gets a lower layer, and the higher one again when it has widened`() {
        var chooser = LayerChooser()
        let rates = [150_000, 500_000, 1_500_000]
        var layer = 2
        var history: [Int] = []
        for second in 0..<60 {
            let target = second < 10 ? 4e6 : second < 20 ? 600_000.0 : 4e6
            layer = chooser.choose(
                layer, rates: rates, target: target, isCongested: false, now: instant(second))
            history.append(layer)
        }
        #expect(history[9] == 2)
        #expect(history[11] == 1)
        #expect(history[30] == 2)
        #expect(history[59] == 2)
    }

    @Test
    func `a layer that is too much is tried less and less often`() {
        var chooser = LayerChooser()
        let rates = [150_000, 1_500_000]
        var layer = 0
        var tries: [Int] = []
        for second in 0..<300 {
            let isCongested = layer == 1 && (tries.last.map { second - $0 >= 2 } ?? false)
            let next = chooser.choose(
                layer, rates: rates, target: 4e6, isCongested: isCongested, now: instant(second))
            if next == 1, layer == 0 { tries.append(second) }
            layer = next
        }
        #expect(tries.count < 10)
        let gaps = zip(tries, tries.dropFirst()).map { $1 - $0 }
        #expect(gaps.last ?? 0 > 30)
    }

    @Test
    func `a layer that has stopped is left, and none is chosen that does not come`() {
        var chooser = LayerChooser()
        #expect(
            chooser.choose(2, rates: [1, 2, 0], target: 4e6, isCongested: false, now: instant(1))
                == 1)
        #expect(
            chooser.choose(0, rates: [0, 0, 0], target: 4e6, isCongested: false, now: instant(2))
                == 0)
        #expect(
            chooser.choose(0, rates: [9, 0], target: 4e6, isCongested: false, now: instant(30))
                == 0)
    }
}

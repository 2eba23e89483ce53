/// Commands in a row, packed as RESP, for one write. Emptied and filled again without allocating.
package struct RedisBatch: Sendable {
    package private(set) var bytes: [UInt8] = []
    /// Where each command ends.
    private(set) var ends: [Int] = []
    /// Commands that mean something only behind the one before them, such as WAIT.
    private(set) var followers: [Int] = []
    private var missingWords = 0

    package init() {}

    package init(_ words: String...) {
        append(words)
    }

    package var count: Int { ends.count }
    package var isEmpty: Bool { ends.isEmpty }

    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        followers.removeAll(keepingCapacity: true)
        missingWords = 0
    }

    /// A command of so many words, its name included, which are to be added now.
    package mutating func begin(words: Int) {
        precondition(missingWords == 0, "a command is begun before the last one is whole")
        precondition(words > 0, "a command has a name")
        missingWords = words
        write(UInt8(ascii: "*"), words)
    }

    /// The last command belongs to the one before it: where that is sent again, so is this.
    package mutating func joinLast() {
        precondition(count > 1, "a command that follows none")
        followers.append(count - 1)
    }

    package mutating func add(_ text: some StringProtocol) {
        write(UInt8(ascii: "$"), text.utf8.count)
        bytes.append(contentsOf: text.utf8)
        endWord()
    }

    package mutating func add(_ word: [UInt8]) {
        write(UInt8(ascii: "$"), word.count)
        bytes.append(contentsOf: word)
        endWord()
    }

    package mutating func add(_ number: Int64) {
        // Twenty bytes hold every number of 64 bits.
        var digits: InlineArray<20, UInt8> = .init(repeating: 0)
        let count = Self.write(number, into: &digits)
        write(UInt8(ascii: "$"), count)
        for index in (0..<count).reversed() { bytes.append(digits[index]) }
        endWord()
    }

    package mutating func append(_ words: [String]) {
        begin(words: words.count)
        for word in words { add(word) }
    }

    package mutating func append(_ other: RedisBatch) {
        let (start, first) = (bytes.count, count)
        bytes.append(contentsOf: other.bytes)
        for end in other.ends { ends.append(start + end) }
        for follower in other.followers { followers.append(first + follower) }
    }

    /// One command of another batch.
    mutating func append(commandAt index: Int, of other: RedisBatch) {
        let start = index == 0 ? 0 : other.ends[index - 1]
        bytes.append(contentsOf: other.bytes[start..<other.ends[index]])
        ends.append(bytes.count)
        if other.followers.contains(index), count > 1 { joinLast() }
    }

    private mutating func endWord() {
        precondition(missingWords > 0, "a command has more words than it was begun with")
        bytes.append(UInt8(ascii: "\r"))
        bytes.append(UInt8(ascii: "\n"))
        missingWords -= 1
        if missingWords == 0 { ends.append(bytes.count) }
    }

    /// A sign, a number and the end of a line.
    private mutating func write(_ sign: UInt8, _ number: Int) {
        bytes.append(sign)
        var digits: InlineArray<20, UInt8> = .init(repeating: 0)
        let count = Self.write(Int64(number), into: &digits)
        for index in (0..<count).reversed() { bytes.append(digits[index]) }
        bytes.append(UInt8(ascii: "\r"))
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Digits, the last one first; how many.
    private static func write(_ number: Int64, into digits: inout InlineArray<20, UInt8>) -> Int {
        var rest = number.magnitude
        var count = 0
        repeat {
            digits[count] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
            count += 1
        } while rest > 0
        if number < 0 {
            digits[count] = UInt8(ascii: "-")
            count += 1
        }
        return count
    }
}

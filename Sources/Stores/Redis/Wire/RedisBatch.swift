/// Commands in a row, packed as RESP, for one write. Emptied and filled again without allocating.
package struct RedisBatch: Sendable {
    /// Longer than what is in use, so that a word is one copy.
    private var storage: [UInt8] = []
    private(set) var byteCount = 0
    /// Where each command ends.
    private(set) var ends: [Int] = []
    /// Commands that mean something only behind the one before them, such as WAIT.
    private(set) var followers: [Int] = []
    private var missingWords = 0

    /// The longest sign, number and line ends that stand around a word.
    private static let frame = 32

    package init() {}

    package init(_ words: String...) {
        append(words)
    }

    package var count: Int { ends.count }
    package var isEmpty: Bool { ends.isEmpty }
    package var bytes: [UInt8] { Array(storage[..<byteCount]) }

    package mutating func removeAll() {
        byteCount = 0
        ends.removeAll(keepingCapacity: true)
        followers.removeAll(keepingCapacity: true)
        missingWords = 0
    }

    /// A command of so many words, its name included, which are to be added now.
    package mutating func begin(words: Int) {
        precondition(missingWords == 0, "a command is begun before the last one is whole")
        precondition(words > 0, "a command has a name")
        missingWords = words
        makeRoom(0)
        put(UInt8(ascii: "*"), words)
    }

    /// The last command belongs to the one before it: where that is sent again, so is this.
    package mutating func joinLast() {
        precondition(count > 1, "a command that follows none")
        followers.append(count - 1)
    }

    package mutating func add(_ word: String) {
        let utf8 = word.utf8
        let isWhole: Void? = unsafe utf8.withContiguousStorageIfAvailable {
            unsafe add(UnsafeRawBufferPointer($0))
        }
        if isWhole == nil { add(Array(utf8)) }
    }

    package mutating func add(_ word: [UInt8]) {
        unsafe word.withUnsafeBytes { unsafe add($0) }
    }

    package mutating func add(_ number: Int64) {
        makeRoom(0)
        var rest = number.magnitude
        var digits = number < 0 ? 2 : 1
        while rest > 9 {
            rest /= 10
            digits += 1
        }
        put(UInt8(ascii: "$"), digits)
        put(digits: number.magnitude, isNegative: number < 0, count: digits)
        endWord()
    }

    package mutating func append(_ words: [String]) {
        begin(words: words.count)
        for word in words { add(word) }
    }

    package mutating func append(_ other: RedisBatch) {
        let (start, first) = (byteCount, count)
        copy(other, 0..<other.byteCount)
        for end in other.ends { ends.append(start + end) }
        for follower in other.followers { followers.append(first + follower) }
    }

    /// One command of another batch.
    mutating func append(commandAt index: Int, of other: RedisBatch) {
        copy(other, (index == 0 ? 0 : other.ends[index - 1])..<other.ends[index])
        ends.append(byteCount)
        if other.followers.contains(index), count > 1 { joinLast() }
    }

    func withBytes<Answer>(
        from start: Int, _ body: (UnsafeRawBufferPointer) -> Answer
    ) -> Answer {
        unsafe storage.withUnsafeBytes { bytes in
            unsafe body(UnsafeRawBufferPointer(rebasing: bytes[start..<byteCount]))
        }
    }
}

extension RedisBatch {
    private mutating func add(_ word: UnsafeRawBufferPointer) {
        makeRoom(word.count)
        put(UInt8(ascii: "$"), word.count)
        unsafe copy(word)
        endWord()
    }

    private mutating func copy(_ other: RedisBatch, _ range: Range<Int>) {
        makeRoom(range.count)
        unsafe other.storage.withUnsafeBytes { bytes in
            unsafe copy(UnsafeRawBufferPointer(rebasing: bytes[range]))
        }
    }

    /// There must be room.
    private mutating func copy(_ source: UnsafeRawBufferPointer) {
        let start = byteCount
        unsafe storage.withUnsafeMutableBytes { bytes in
            unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
                .copyMemory(from: source)
        }
        byteCount += source.count
    }

    /// Twice as much each time, so that a long batch is copied seldom.
    private mutating func makeRoom(_ length: Int) {
        let needed = byteCount + length + Self.frame * 2
        guard needed > storage.count else { return }
        let size = max(needed, storage.count * 2, 512)
        storage.append(contentsOf: repeatElement(0, count: size - storage.count))
    }

    private mutating func put(_ byte: UInt8) {
        storage[byteCount] = byte
        byteCount += 1
    }

    private mutating func putLineEnd() {
        put(UInt8(ascii: "\r"))
        put(UInt8(ascii: "\n"))
    }

    /// A sign, a number and the end of a line.
    private mutating func put(_ sign: UInt8, _ number: Int) {
        put(sign)
        var rest = number
        var digits = 1
        while rest > 9 {
            rest /= 10
            digits += 1
        }
        put(digits: UInt64(number), isNegative: false, count: digits)
        putLineEnd()
    }

    /// `count` is that of the digits and of the sign.
    private mutating func put(digits number: UInt64, isNegative: Bool, count: Int) {
        var rest = number
        var place = byteCount + count - 1
        repeat {
            storage[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
            place -= 1
        } while rest > 0
        if isNegative { storage[place] = UInt8(ascii: "-") }
        byteCount += count
    }

    private mutating func endWord() {
        precondition(missingWords > 0, "a command has more words than it was begun with")
        putLineEnd()
        missingWords -= 1
        if missingWords == 0 { ends.append(byteCount) }
    }
}

import TestSupport

/// What is true of a clip, found by decoding it and comparing it with its source.
struct Verdict: CustomStringConvertible {
    /// Numbers of the first and the last picture.
    var first: Int?
    var last: Int?
    var shown = 0
    /// When the first is shown, in seconds.
    var start = 0.0
    /// Pictures whose number cannot be read.
    var unreadable = 0
    /// Of those that were wanted.
    var missing: [Int] = []
    var repeated: [Int] = []
    /// Not among those that were wanted, or out of turn.
    var strange: [Int] = []
    /// Pictures that are the same as in the source to the bit.
    var same = 0
    /// The least peak signal-to-noise ratio to the source's picture, in decibels.
    var worstRatio = Double.infinity
    /// How far a picture is from the time it should be shown at, in seconds, at the most.
    var worstTime = 0.0
    /// How much later the sound is than the picture, in samples, by place; the first and the last
    /// are its ends.
    var soundLags: [Int] = []
    /// How like the source's sound it is, where it is least so; 1 is equal.
    var worstSound = 1.0
    /// How much longer the sound is than it should be, in samples.
    var extraSound = 0

    var description: String {
        """
        \(shown) pictures, \(first ?? -1)…\(last ?? -1), missing \(missing), repeated \(repeated), \
        strange \(strange), \(unreadable) unreadable, \(same) the same, worst \(worstRatio) dB, \
        worst time \(worstTime) s, sound \(soundLags), likeness \(worstSound), \(extraSound) extra
        """
    }

    /// What a clip must not do; the sound may be that many samples off.
    func complaints(soundLag: Int = 0, allowed: Int = 1, ratio: Double = 30) -> [String] {
        var complaints: [String] = []
        if !missing.isEmpty { complaints.append("pictures \(missing) are missing") }
        if !repeated.isEmpty { complaints.append("pictures \(repeated) come twice") }
        if !strange.isEmpty { complaints.append("pictures \(strange) should not be there") }
        if unreadable > 0 { complaints.append("\(unreadable) pictures cannot be read") }
        if worstTime > 0.0005 { complaints.append("a picture is \(worstTime) s off") }
        if worstRatio < ratio { complaints.append("a picture is at \(worstRatio) dB") }
        if let far = soundLags.first(where: { abs($0 - soundLag) > allowed }) {
            complaints.append("the sound is \(far) samples late, not \(soundLag): \(soundLags)")
        }
        if worstSound < 0.7 { complaints.append("the sound is alike by \(worstSound) only") }
        // A decoder may give the whole of the last frame of the sound.
        if extraSound < -1 || extraSound > 2048 {
            complaints.append("the sound is \(extraSound) samples too long")
        }
        return complaints
    }
}

/// Compares clips with the movie that they were cut from.
struct Judge {
    let recipe: SourceRecipe
    let source: Viewing
    private let places: [Int: Int]
    private let noise: [Float]

    /// A piece of the source: the numbers of its pictures.
    typealias Piece = ClosedRange<Int>

    init(_ recipe: SourceRecipe, path: String) throws {
        self.recipe = recipe
        source = try Viewing(path, hasSound: recipe.sound != .none)
        places = source.places
        // More than was encoded, so that sound which comes early is found, too.
        noise = NumberedSound.values(count: Int(recipe.time(of: recipe.frames) * 48_000) + 4800)
    }

    /// When a picture of the source is shown, from the start of the source's first.
    func time(of number: Int) -> Double? {
        places[number].map { source.pictures[$0].seconds }
    }

    /// Judges a clip that should show these pieces of the source, one after the other.
    func verdict(_ path: String, _ pieces: [Piece]) throws -> Verdict {
        verdict(try Viewing(path, hasSound: recipe.sound != .none), pieces)
    }

    func verdict(_ clip: Viewing, _ pieces: [Piece]) -> Verdict {
        let wanted = pieces.flatMap { piece in piece.filter { places[$0] != nil } }
        var verdict = Verdict()
        verdict.shown = clip.pictures.count
        verdict.start = clip.pictures.first?.seconds ?? 0
        verdict.first = clip.pictures.first?.number
        verdict.last = clip.pictures.last?.number
        comparePictures(clip, wanted, &verdict)
        if recipe.sound != .none { compareSound(clip, pieces, &verdict) }
        return verdict
    }

    func comparePictures(_ clip: Viewing, _ wanted: [Int], _ verdict: inout Verdict) {
        let due = dueTimes(wanted)
        var turn = 0
        var seen: Set<Int> = []
        let start = clip.pictures.first?.seconds ?? 0
        for (place, picture) in clip.pictures.enumerated() {
            guard let number = picture.number else {
                verdict.unreadable += 1
                continue
            }
            let next = wanted[min(turn, wanted.count)...].firstIndex(of: number)
            guard let next else {
                if seen.contains(number) {
                    verdict.repeated.append(number)
                } else {
                    verdict.strange.append(number)
                }
                continue
            }
            verdict.missing += wanted[turn..<next]
            turn = next + 1
            seen.insert(number)
            verdict.worstTime = max(verdict.worstTime, abs(picture.seconds - start - due[next]))
            guard let original = places[number], clip.size == source.size else { continue }
            let ratio = Likeness.ratio(clip.gray(of: place), source.gray(of: original))
            if ratio == .infinity { verdict.same += 1 }
            verdict.worstRatio = min(verdict.worstRatio, ratio)
        }
        verdict.missing += wanted[min(turn, wanted.count)...]
    }

    /// When each of the wanted pictures should be shown: as far apart as in the source.
    private func dueTimes(_ wanted: [Int]) -> [Double] {
        var due: [Double] = []
        var time = 0.0
        for number in wanted {
            due.append(time)
            time += length(of: number)
        }
        return due
    }

    /// How long the source shows a picture.
    private func length(of number: Int) -> Double {
        guard let place = places[number] else { return 0 }
        guard place + 1 < source.pictures.count else {
            return recipe.time(of: number + 1) - recipe.time(of: number)
        }
        return source.pictures[place + 1].seconds - source.pictures[place].seconds
    }

    /// Finds the sound of the clip in the noise that was encoded, piece by piece.
    private func compareSound(_ clip: Viewing, _ pieces: [Piece], _ verdict: inout Verdict) {
        let rate = Double(Viewing.soundRate)
        let pictureStart = clip.pictures.first?.seconds ?? 0
        // Where in the clip's decoded sound its first picture is shown.
        let zero = (pictureStart - (clip.soundStart ?? 0)) * rate
        var begin = 0.0
        for piece in pieces {
            let lengths = piece.filter { places[$0] != nil }.map(length(of:)).reduce(0, +)
            guard let first = piece.first(where: { places[$0] != nil }) else { continue }
            let origin = recipe.time(of: first) * rate
            let from = Int((zero + begin).rounded())
            let to = min(Int((zero + begin + lengths * rate).rounded()), clip.sound.count)
            compare(clip, max(0, from)..<max(from, to, 0), origin - zero - begin, &verdict)
            begin += lengths * rate
        }
        verdict.extraSound = clip.sound.count - Int((zero + begin).rounded())
    }

    /// Of a run of the clip's sound, whose place in the noise is known, a few windows.
    private func compare(
        _ clip: Viewing, _ run: Range<Int>, _ shift: Double, _ verdict: inout Verdict
    ) {
        let window = min(1536, run.count)
        guard window >= 256 else { return }
        let last = run.upperBound - window
        for step in 0...4 {
            let place = run.lowerBound + (last - run.lowerBound) * step / 4
            let due = Int((Double(place) + shift).rounded())
            let piece = clip.sound[place..<place + window]
            guard var match = Likeness.find(piece, in: noise, at: due - 1100..<due + 1100)
            else { continue }
            if match.likeness < 0.5 {
                match = Likeness.find(piece, in: noise, at: due - 9600..<due + 9600) ?? match
            }
            verdict.soundLags.append(due - match.place)
            verdict.worstSound = min(verdict.worstSound, match.likeness)
        }
    }
}

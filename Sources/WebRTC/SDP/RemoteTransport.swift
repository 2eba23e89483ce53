/// What the other end says of itself, found where it chose to say it.
struct RemoteTransport {
    let credentials: ICECredentials
    let iceOptions: [String]
    let candidates: [String]
    let hasEndOfCandidates: Bool
    let fingerprints: [CertificateFingerprint]
    let setup: DTLSSetup?

    /// `lines` are the accepted m-lines, the one that leads the bundle first.
    init(_ description: SessionDescription, lines: [Int]) throws(NegotiationProblem) {
        let sections = lines.map { description.media[$0] }
        guard let lead = sections.first(where: { $0.credentials != nil }),
            let credentials = lead.credentials
        else { throw .noCredentials }
        let fingerprints =
            lead.fingerprints.isEmpty
            ? sections.first { !$0.fingerprints.isEmpty }?.fingerprints ?? []
            : lead.fingerprints
        guard !fingerprints.isEmpty else { throw .noFingerprint }
        self.credentials = credentials
        self.fingerprints = fingerprints
        setup = lead.setup ?? sections.compactMap(\.setup).first
        iceOptions = lead.iceOptions
        // The same credentials are the same transport: candidates may stand on any of its
        // m-lines. Where an m-line has its own (aiortc), they go with the bundle.
        var candidates: [String] = []
        let same = description.media.filter { $0.credentials == credentials }
        for candidate in same.flatMap(\.candidates)
        where candidates.count < SDPLimit.candidates.maximum && !candidates.contains(candidate) {
            candidates.append(candidate)
        }
        self.candidates = candidates
        hasEndOfCandidates = same.contains(where: \.hasEndOfCandidates)
    }
}

extension SessionDescription {
    /// Two m-lines of one name could not be told apart.
    func requireDistinctMIDs() throws(NegotiationProblem) {
        var seen: [String] = []
        for mid in media.compactMap(\.mid) {
            guard !seen.contains(mid) else { throw .duplicateMID(mid) }
            seen.append(mid)
        }
    }

    /// The given m-lines in the order of the bundle that holds them all; nil where none does.
    func bundleOrder(of lines: [Int]) -> [Int]? {
        for group in groups where group.semantics == .bundle {
            var ordered: [Int] = []
            for mid in group.mids {
                guard let line = lines.first(where: { media[$0].mid == mid }),
                    !ordered.contains(line)
                else { continue }
                ordered.append(line)
            }
            if ordered.count == lines.count { return ordered }
        }
        return lines.count <= 1 ? lines : nil
    }
}

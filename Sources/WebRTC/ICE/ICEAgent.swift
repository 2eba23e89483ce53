package import Primitives

/// One side of an ICE session (RFC 8445): finds a route to the other side and keeps proving it.
///
/// A value without sockets: datagrams and times go in, and what is to be sent or known comes out of
/// `takeOutputs`. After each input `deadline` says when to call `handleTimeout` at the latest.
package struct ICEAgent: Sendable {
    package enum Role: Sendable {
        case controlling, controlled
    }

    package enum State: Sendable, Equatable {
        case new
        case checking
        case connected
        /// Nothing has been heard for a while; consent still lasts.
        case disconnected
        case failed(ICEFailure)
        case closed
    }

    package enum Output: Sendable, Equatable {
        case send([UInt8], Route)
        case candidate(ICECandidate)
        case gathered
        case state(State)
        /// Where media go from now on.
        case route(Route)
        /// A request from this address has been authenticated: a shared socket's datagrams from
        /// there are ours.
        case heard(SocketAddress)
        /// The relay at this place of the list did not give us an address.
        case relayFailed(Int, TURNFailure)
    }

    package struct Settings: Sendable {
        package var role: Role
        /// A lite agent (RFC 8445 2.5) answers checks and sends none.
        package var isLite = false
        /// Only relayed candidates are offered and used.
        package var isRelayOnly = false

        package init(role: Role, isLite: Bool = false, isRelayOnly: Bool = false) {
            self.role = isLite ? .controlled : role
            self.isLite = isLite
            self.isRelayOnly = isRelayOnly
        }
    }

    package enum Limits {
        package static let localCandidates = 32
        package static let remoteCandidates = 64
        package static let pairs = 128
        package static let triggered = 64
        package static let outputs = 512
        package static let sockets = 16
        package static let servers = 8
        /// Between new checks (RFC 8445 14.2 allows 5 ms and more).
        package static let pace: Duration = .milliseconds(20)
        /// How long a better pair is waited for once one works.
        package static let nominationPatience: Duration = .milliseconds(100)
        package static let relayNominationPatience: Duration = .milliseconds(500)
        package static let establishment: Duration = .seconds(30)
        /// RFC 7675 5.1: checks every 5 s, give or take a fifth, and 30 s until consent ends.
        package static let consentInterval: Duration = .seconds(5)
        package static let consentLife: Duration = .seconds(30)
        package static let silence: Duration = .seconds(8)
    }

    /// Counted, because whoever floods us must not make us write a line a datagram.
    package struct Counters: Sendable, Equatable {
        package var unknownUfrag = 0
        package var badIntegrity = 0
        package var malformed = 0
        package var unmatchedResponses = 0
        package var checksSent = 0
        package var checksAnswered = 0
    }

    struct Local: Sendable {
        let candidate: ICECandidate
        let socket: SocketID
        let relay: Int?
    }

    struct Base: Sendable {
        let socket: SocketID
        let address: SocketAddress
    }

    package let settings: Settings
    package internal(set) var role: Role
    package internal(set) var state: State = .new
    package internal(set) var localCredentials: ICECredentials
    package internal(set) var remoteCredentials: ICECredentials?
    package internal(set) var selected: Route?
    package internal(set) var counters = Counters()
    /// When `handleTimeout` is due.
    package internal(set) var deadline: Instant?

    var tieBreaker: UInt64
    var random: SeededRandom
    var bases: [Base] = []
    var locals: [Local] = []
    var remotes: [ICECandidate] = []
    package internal(set) var pairs: [ICEPair] = []
    var nextPairID = 0
    var triggered: [Int] = []
    var transactions: [Transaction] = []
    var relays: [TURNClient] = []
    var outputs: [Output] = []

    var selectedPair: Int?
    var isGatheringEnded = false
    var hasToldGathered = false
    var areRemotesComplete = false
    var nextCheck: Instant?
    var startedChecking: Instant?
    var firstSuccess: Instant?
    var nextConsent: Instant?
    var lastHeard: Instant?
    /// Requests that carry these are still answered after a restart.
    var previousCredentials: ICECredentials?

    /// `seed` is drawn from a source that cannot be guessed: credentials come of it.
    package init(_ settings: Settings, random: inout some RandomNumberGenerator) {
        self.settings = settings
        role = settings.role
        localCredentials = ICECredentials(using: &random)
        tieBreaker = random.next()
        self.random = SeededRandom(seed: random.next())
    }

    package var isControlling: Bool { role == .controlling }

    package mutating func takeOutputs() -> [Output] {
        // Emptied in place, an array that is given away would be allocated anew each time.
        var taken: [Output] = []
        swap(&taken, &outputs)
        return taken
    }

    mutating func put(_ output: Output) {
        if outputs.count < Limits.outputs { outputs.append(output) }
    }

    mutating func enter(_ next: State) {
        guard state != next else { return }
        state = next
        put(.state(next))
    }

    // MARK: - What the host tells

    /// A socket that is bound to `address`.
    package mutating func add(socket: SocketID, address: SocketAddress, now: Instant) {
        guard bases.count < Limits.sockets else { return }
        bases.append(Base(socket: socket, address: address))
        guard !settings.isRelayOnly else { return }
        let order = locals.count { $0.candidate.kind == .host }
        addLocal(
            ICECandidate(
                foundation: "\(bases.count)",
                priority: ICECandidate.priority(.host, address: address, order: order),
                place: .address(address), kind: .host),
            socket: socket, relay: nil)
        reschedule(now)
    }

    /// No more sockets or servers will be added; `gathered` follows when the servers have answered.
    package mutating func endGathering(now: Instant) {
        isGatheringEnded = true
        reschedule(now)
    }

    package mutating func setRemote(_ credentials: ICECredentials, now: Instant) {
        guard remoteCredentials != credentials else { return }
        remoteCredentials = credentials
        if selectedPair == nil { startedChecking = nil }
        startChecking(now)
    }

    /// Host names (mDNS) and TCP candidates are tolerated and not used.
    package mutating func add(remote candidate: ICECandidate, now: Instant) {
        guard candidate.component == 1, candidate.transport == .udp,
            let address = candidate.address, !address.isUnspecified, address.port != 0
        else { return }
        if let known = remotes.firstIndex(where: { $0.address == address }) {
            // What was learnt from a check is now known by its right name.
            if remotes[known].kind == .peerReflexive { remotes[known].kind = candidate.kind }
            return
        }
        guard remotes.count < Limits.remoteCandidates else { return }
        remotes.append(candidate)
        for local in locals { pair(local, candidate) }
        startChecking(now)
    }

    package mutating func endRemoteCandidates(now: Instant) {
        areRemotesComplete = true
        reschedule(now)
    }

    /// New credentials for both sides (RFC 8445 9); the old route is used until a new one is found,
    /// and the roles stay as they were settled.
    package mutating func restart(
        now: Instant, random source: inout some RandomNumberGenerator
    ) {
        restart(as: ICECredentials(using: &source), now: now)
    }

    /// Restarts with credentials that the other side has been told before: whoever asks first keeps
    /// the old session for as long as he is refused.
    package mutating func restart(as credentials: ICECredentials, now: Instant) {
        guard state != .closed else { return }
        previousCredentials = localCredentials
        localCredentials = credentials
        remoteCredentials = nil
        remotes = []
        pairs = []
        triggered = []
        transactions.removeAll { $0.isCheck }
        (selectedPair, firstSuccess, nextConsent) = (nil, nil, nil)
        // An answer to the restart may never come.
        startedChecking = now
        areRemotesComplete = false
        enter(.checking)
        reschedule(now)
    }

    /// Consent is withdrawn at once (RFC 7675 5.2); relays are told to forget us.
    package mutating func close(now: Instant) {
        guard state != .closed else { return }
        for index in relays.indices {
            relays[index].close(now: now)
            forward(relay: index)
        }
        (pairs, triggered, transactions) = ([], [], [])
        selected = nil
        enter(.closed)
        deadline = nil
    }

    /// Of both ends of the chosen pair.
    package var selectedKinds: (local: ICECandidate.Kind, remote: ICECandidate.Kind)? {
        pairs.first { $0.id == selectedPair }.map { ($0.localKind, $0.remoteKind) }
    }

    /// What a check of the chosen pair took.
    package var selectedRoundTrip: Duration? {
        pairs.first { $0.id == selectedPair }?.roundTrip
    }

    package var localCandidates: [ICECandidate] { locals.map(\.candidate) }

    // MARK: - Pairs

    mutating func addLocal(_ candidate: ICECandidate, socket: SocketID, relay: Int?) {
        guard locals.count < Limits.localCandidates,
            !locals.contains(where: {
                $0.candidate.place == candidate.place && $0.candidate.kind == candidate.kind
            })
        else { return }
        let local = Local(candidate: candidate, socket: socket, relay: relay)
        locals.append(local)
        put(.candidate(candidate))
        for remote in remotes { pair(local, remote) }
    }

    /// Reflexive candidates share the socket of their base, and form no pairs (8445 6.1.2.4).
    private mutating func pair(_ local: Local, _ remote: ICECandidate) {
        guard !settings.isLite, local.candidate.kind == .host || local.candidate.kind == .relayed,
            let address = remote.address, let own = local.candidate.address,
            own.isIPv4 == address.isIPv4
        else { return }
        _ = addPair(
            Route(socket: local.socket, remote: address, relay: local.relay),
            local: local.candidate, remote: remote)
    }

    mutating func addPair(
        _ route: Route, local: ICECandidate, remote: ICECandidate
    ) -> Int? {
        if let known = pairs.first(where: { $0.route == route }) { return known.id }
        if pairs.count >= Limits.pairs {
            let failed = pairs.lastIndex { $0.state == .failed && $0.id != selectedPair }
            guard let failed else { return nil }
            pairs.remove(at: failed)
        }
        let pair = ICEPair(
            id: nextPairID, route: route, localKind: local.kind, remoteKind: remote.kind,
            localPriority: local.priority, remotePriority: remote.priority)
        nextPairID += 1
        let priority = pair.priority(isControlling: isControlling)
        let place =
            pairs.firstIndex { $0.priority(isControlling: isControlling) < priority } ?? pairs.count
        pairs.insert(pair, at: place)
        return pair.id
    }

    /// Whether the other side has shown by a check that it talks to us by this route.
    package func hasHeard(by route: Route) -> Bool {
        route == selected
            || pairs.contains {
                $0.route == route && ($0.state == .succeeded || $0.requestsReceived > 0)
            }
    }

    func index(of pair: Int) -> Int? {
        pairs.firstIndex { $0.id == pair }
    }

    mutating func startChecking(_ now: Instant) {
        if remoteCredentials != nil, state == .new { enter(.checking) }
        if state == .checking, startedChecking == nil { startedChecking = now }
        reschedule(now)
    }

    /// Whether every table is as short as it is meant to stay; simulations ask.
    var isWithinLimits: Bool {
        remotes.count <= Limits.remoteCandidates && triggered.count <= Limits.triggered + 1
            && transactions.count <= 2 * Limits.pairs + 4 * Limits.servers && outputs.isEmpty
    }
}

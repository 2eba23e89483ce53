package import Network
package import Primitives
package import Signaling

/// What a relay's service is told before it starts: in values of people who type, not of engines.
package struct ServiceSettings: Sendable {
    package struct CertificateFiles: Sendable, Equatable {
        package let certificate: String
        package let key: String

        package init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// Where HTTP listens; port 0 takes a free one.
    package var http: SocketAddress
    /// Where media come and go; nil: at the address and port of HTTP.
    package var udp: SocketAddress?
    /// Where media are reached from outside, where that is another address.
    package var publicAddresses: [SocketAddress]
    /// Plain HTTP where there are none.
    package var certificate: CertificateFiles?
    package var access: ServiceAccess
    /// Which web pages of others may use the endpoints.
    package var pages: EndpointOptions.Pages
    /// What clients are told to use where they do not get through.
    package var iceServers: [ICEServer]
    /// How often one address may ask for something that changes.
    package var rate: RateLimit
    package var connectionsPerAddress: Int
    package var publisherPolicy: RelaySettings.PublisherPolicy
    package var limits: RelayLimits
    /// What the kernel is asked to set aside for datagrams.
    package var socketBufferBytes: Int
    /// The folder that shows are recorded into; nil: nothing is recorded.
    package var recordings: String?
    /// What `/clock` tells; others tell it in tests only.
    package var clock: @Sendable () -> HostTime = HostClock.read

    package init(
        http: SocketAddress, udp: SocketAddress?, publicAddresses: [SocketAddress],
        certificate: CertificateFiles?, access: ServiceAccess, pages: EndpointOptions.Pages,
        iceServers: [ICEServer], rate: RateLimit, connectionsPerAddress: Int,
        publisherPolicy: RelaySettings.PublisherPolicy, limits: RelayLimits,
        socketBufferBytes: Int
    ) {
        self.http = http
        self.udp = udp
        self.publicAddresses = publicAddresses
        self.certificate = certificate
        self.access = access
        self.pages = pages
        self.iceServers = iceServers
        self.rate = rate
        self.connectionsPerAddress = connectionsPerAddress
        self.publisherPolicy = publisherPolicy
        self.limits = limits
        self.socketBufferBytes = socketBufferBytes
    }
}

/// Who may do what, by bearer token. A role without tokens is open to everybody.
package struct ServiceAccess: Sendable, Equatable {
    package var publish: [EndpointOptions.Access]
    package var play: [EndpointOptions.Access]
    /// Tokens that open `/metrics` and `/shows`.
    package var status: [String]

    package init(
        publish: [EndpointOptions.Access], play: [EndpointOptions.Access], status: [String]
    ) {
        self.publish = publish
        self.play = play
        self.status = status
    }

    package static let open = ServiceAccess(publish: [], play: [], status: [])

    /// Whether anything needs a token at all.
    package var isOpen: Bool { publish.isEmpty && play.isEmpty && status.isEmpty }
}

/// Sizes and waits of a service that nobody needs to set.
enum ServiceLimits {
    static let connections = 16_384
    /// Changes that come often are told at most so often.
    static let changeInterval: Duration = .seconds(1)
    /// How often a silent event stream says that it is alive.
    static let eventKeepalive: Duration = .seconds(15)
    /// What a JSON body of an extension may hold.
    static let extensionBytes = 4096
    static let notOnAirRetry: Duration = .seconds(2)
    /// How long a show may be without a publisher before its recording is over.
    static let recordingPause: Duration = .seconds(120)
    /// What is said of a recording is written anew so often.
    static let recordingDocument: Duration = .seconds(5)
    static let busyRetry: Duration = .seconds(5)
    /// How long HTTP connections have to take their last answers.
    static let closing: Duration = .seconds(2)
}

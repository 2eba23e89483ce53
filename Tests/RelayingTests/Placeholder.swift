import Testing

@testable import Relaying

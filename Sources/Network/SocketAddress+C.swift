internal import CShims
import Primitives

extension SocketAddress {
    init(_ address: lc_address) {
        self.init(high: address.high, low: address.low, port: address.port)
    }

    var c: lc_address { lc_address(high: high, low: low, port: port) }
}

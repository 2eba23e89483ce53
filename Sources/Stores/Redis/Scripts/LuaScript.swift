import Primitives

/// A script that runs on the server as one atomic step, and the name that the server knows it by.
///
/// Each says what a rule in Commerce says, word for word: the same tests hold both.
struct LuaScript: Sendable {
    let text: [UInt8]
    /// SHA-1 of the text, in hexadecimal digits.
    let name: [UInt8]

    init(_ parts: String...) {
        text = Array(parts.joined(separator: "\n").utf8)
        var digest = SHA1()
        for byte in text { digest.update(byte) }
        let digits = Array("0123456789abcdef".utf8)
        name = digest.finish().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    init(clock: String, _ parts: String...) {
        self.init(
            Self.opening, clock, Self.clockAndLog, Self.stock,
            Self.policies, Self.reservations, Self.waitlist, Self.sweep,
            parts.joined(separator: "\n"))
    }
}

/// The scripts of a store, each made when it is first wanted.
///
/// A process that runs one verb does not pay for the names of all.
struct ScriptSet {
    private let clock: String
    private var made: [Kind: LuaScript] = [:]

    enum Kind: String, CaseIterable {
        case reserve, pay, confirm, release, extend, join, leave, expire
        case commit, attach, look
        case freeze, exchange, thaw, trim
    }

    init(clock: String) {
        self.clock = clock
    }

    subscript(kind: Kind) -> LuaScript {
        mutating get {
            if let script = made[kind] { return script }
            let script = make(kind)
            made[kind] = script
            return script
        }
    }

    private func make(_ kind: Kind) -> LuaScript {
        func verb(_ parts: String...) -> LuaScript {
            LuaScript(clock: clock, parts.joined(separator: "\n"))
        }
        switch kind {
        case .reserve: return verb(LuaScript.selling, LuaScript.reserve)
        case .pay: return verb(LuaScript.named, LuaScript.pay)
        case .confirm: return verb(LuaScript.named, LuaScript.confirm)
        case .release: return verb(LuaScript.named, LuaScript.release)
        case .extend: return verb(LuaScript.named, LuaScript.extend)
        case .join: return verb(LuaScript.selling, LuaScript.places, LuaScript.join)
        case .leave: return verb(LuaScript.places, LuaScript.leave)
        case .expire: return verb(LuaScript.expire)
        case .commit:
            return LuaScript(
                LuaScript.opening, clock, LuaScript.clockAndLog, LuaScript.stock,
                LuaScript.policies, LuaScript.reservations, LuaScript.waitlist,
                LuaScript.commit, LuaScript.operations)
        case .attach: return LuaScript(LuaScript.attach)
        case .freeze: return LuaScript(LuaScript.freeze)
        case .exchange: return LuaScript(LuaScript.exchange)
        case .thaw: return LuaScript(LuaScript.thaw)
        case .trim: return LuaScript(LuaScript.trim)
        case .look: return LuaScript(clock, LuaScript.look)
        }
    }
}

import Commerce
import Primitives
@testable import Stores
import TestSupport

/// Lets a frozen catalogue go on, where nothing has happened since it was looked at.
func thaw(_ store: any Store, _ catalogue: CatalogueName = .standard) throws {
    guard let store = store as? RedisStore else { return }
    let look = try store.look(at: catalogue)
    guard look.isFrozen else { throw ProcessFailure(words: "the catalogue is not frozen") }
    let reply = try store.ask(
        catalogue,
        RedisBatch(
            "EVAL", LuaScript.thaw, "1", RedisStore.meta(catalogue), look.epoch,
            "\(look.sequence)"), until: store.deadline)
    guard reply == [.integer(1)] else { throw ProcessFailure(words: "not thawed: \(reply)") }
}

import Commerce
import Primitives

extension RedisStore {
    /// Runs a script that may be asked again whatever became of it, while patience lasts.
    func call(
        _ kind: ScriptSet.Kind, on name: CatalogueName, _ arguments: [String]
    ) throws -> RedisReply {
        let deadline = deadline
        while true {
            let script = scripts[kind]
            var batch = RedisBatch()
            batch.begin(words: 2 + CatalogueKeys.wordCount + arguments.count)
            batch.add("EVALSHA")
            batch.add(script.name)
            CatalogueKeys(name).write(to: &batch)
            for argument in arguments { batch.add(argument) }
            let reply = try ask(name, batch, mayChange: true, until: deadline)[0]
            guard let error = reply.error else { return reply }
            guard error.kind == .noScript, WireClock.now < deadline else {
                throw StoreError.unreachable(server: address, reason: error.text)
            }
            load(script, on: try attached(name, until: deadline).connection)
        }
    }

    /// Removes the keys that begin with `prefix`, some at a time: nobody waits for long.
    func removeKeys(of name: CatalogueName, beginningWith prefix: String) throws {
        var cursor = "0"
        repeat {
            let scan = RedisBatch("SCAN", cursor, "MATCH", prefix + "*", "COUNT", "1000")
            let reply = try ask(name, scan, until: deadline)[0]
            guard let parts = reply.elements, parts.count == 2, let next = parts[0].text else {
                throw StoreError.damaged(path: address, reason: "SCAN")
            }
            // What the server takes for a pattern might fit more than what is meant.
            let keys = (parts[1].elements ?? []).compactMap(\.text).filter {
                $0.hasPrefix(prefix)
            }
            if !keys.isEmpty {
                var batch = RedisBatch()
                batch.append(["UNLINK"] + keys)
                _ = try ask(name, batch, until: deadline)
            }
            cursor = next
        } while cursor != "0"
    }
}

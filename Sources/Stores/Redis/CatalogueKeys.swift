import Commerce

/// The keys that every script of a catalogue names: that which it finds the others by, and one that
/// there never is.
///
/// While a slot goes from one node of a cluster to another, a part of its keys is on either. A
/// script that names a key which is not there has to come again later then, on both; else it would
/// take what has gone on before it for what has never been.
struct CatalogueKeys {
    let meta: String
    let never: String

    init(_ name: CatalogueName) {
        meta = RedisStore.meta(name)
        never = RedisStore.prefix(name) + "never"
    }

    /// How many words they are of a command, with their number.
    static let wordCount = 3

    func write(to batch: inout RedisBatch) {
        batch.add("2")
        batch.add(meta)
        batch.add(never)
    }
}

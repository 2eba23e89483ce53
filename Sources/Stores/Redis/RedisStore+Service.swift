package import Commerce

extension RedisStore: ShopStore {
    package func describe() throws -> StoreDescription {
        var description = StoreDescription()
        description.add("store", address)
        let info = RedisBatch("INFO", "server")
        let server = try ask(.standard, info, until: deadline)[0].text ?? ""
        description.add("engine", "Redis \(Self.infoField("redis_version", of: server) ?? "")")
        let names = try catalogues().map(\.name)
        description.add("catalogues", Int64(names.count))
        var (skus, shows, open, events) = (Int64(0), Int64(0), Int64(0), Int64(0))
        for name in names {
            let look = try look(at: name)
            skus += look.skuCount
            shows += look.showCount
            open += look.openCount
            events += look.sequence
        }
        description.add("skus", skus)
        description.add("shows", shows)
        description.add("open_reservations", open)
        description.add("events", events)
        return description
    }

    package func dataVersion(of catalogue: CatalogueName) throws -> Int64 {
        try look(at: catalogue).sequence
    }
}

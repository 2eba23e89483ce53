extension LuaScript {
    /// Takes part in a catalogue on the server of this connection: answers with its epoch and
    /// whether it is frozen. Argument: the server's run.
    ///
    /// A server that is not the one of before may have lost what was told: then a new epoch begins,
    /// in which nothing changes until somebody has compared tables and log.
    static let attach = #"""
        local v = redis.call('HMGET', KEYS[1], 'run', 'epoch', 'frozen')
        if not v[2] then return {'0', '0'} end
        if v[1] == ARGV[1] then return {v[2], v[3] and '1' or '0'} end
        local epoch = tonumber(v[2]) + 1
        redis.call('HSET', KEYS[1], 'run', ARGV[1], 'epoch', epoch, 'frozen', '1')
        return {tostring(epoch), '1'}
        """#

    /// Ends the frost where nothing has happened since it was looked at. Arguments: epoch,
    /// sequence.
    static let thaw = #"""
        local v = redis.call('HMGET', KEYS[1], 'epoch', 'seq')
        if v[1] ~= ARGV[1] or v[2] ~= ARGV[2] then return 0 end
        redis.call('HDEL', KEYS[1], 'frozen')
        return 1
        """#

    /// How a catalogue stands, for a reader.
    static let look = #"""
        local meta = redis.call('HMGET', KEYS[1], 'epoch', 'frozen', 'ver', 'seq', 'last',
            'ahead', 'gen', 'brand', 'currency', 'policy')
        local D = string.sub(KEYS[1], 1, -5) .. (meta[7] or '0') .. ':'
        meta[11] = tostring(redis.call('ZCARD', D .. 'skus'))
        meta[12] = tostring(redis.call('ZCARD', D .. 'shows'))
        meta[13] = tostring(redis.call('ZCARD', D .. 'due'))
        meta[14] = string.format('%.0f', now)
        return meta
        """#
}

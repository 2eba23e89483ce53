extension LuaScript {
    /// Stops a catalogue for as long as it is repaired: answers with its last sequence, its
    /// generation, and the one to write, or with nothing where the epoch is another. Argument:
    /// epoch.
    ///
    /// No generation is given out twice: who repairs at the same time, and slower, must not write
    /// into tables that have been put in place meanwhile.
    static let freeze = #"""
        local v = redis.call('HMGET', KEYS[1], 'epoch', 'seq', 'gen', 'made')
        if v[1] ~= ARGV[1] then return {} end
        local next = math.max(tonumber(v[3]) or 0, tonumber(v[4]) or 0) + 1
        redis.call('HSET', KEYS[1], 'frozen', '1', 'made', next)
        return {v[2] or '0', v[3] or '0', tostring(next)}
        """#

    /// Puts tables that were made from the log in the place of those that are there. Arguments:
    /// epoch, sequence, the generations of old and new, policy, then brand and currency where there
    /// is a catalogue.
    static let exchange = #"""
        local v = redis.call('HMGET', KEYS[1], 'epoch', 'seq', 'gen', 'frozen', 'made')
        if v[1] ~= ARGV[1] or v[2] ~= ARGV[2] or not v[4] then return 0 end
        -- Asked again because the answer was lost.
        if v[3] == ARGV[4] then return 1 end
        if (v[3] or '0') ~= ARGV[3] or v[5] ~= ARGV[4] then return 0 end
        redis.call('HSET', KEYS[1], 'gen', ARGV[4], 'policy', ARGV[5])
        if ARGV[6] then
            redis.call('HSET', KEYS[1], 'brand', ARGV[6], 'currency', ARGV[7])
        else
            redis.call('HDEL', KEYS[1], 'brand', 'currency')
        end
        redis.call('HINCRBY', KEYS[1], 'ver', 1)
        return 1
        """#

    /// Replaces the events up to a place by a snapshot that stands in a list. Arguments: epoch, the
    /// place, the list, how long it is, then show and the place in its log, for each.
    ///
    /// Nothing happens where the log begins behind the place, or has nothing left: then somebody
    /// else has trimmed it further, and the older snapshot must not take the place of theirs.
    static let trim = #"""
        local P = string.sub(KEYS[1], 1, -5)
        local place, staged = tonumber(ARGV[2]), P .. ARGV[3]
        local v = redis.call('HMGET', KEYS[1], 'epoch', 'seq')
        if v[1] ~= ARGV[1] then return -1 end
        if redis.call('LLEN', staged) ~= tonumber(ARGV[4]) then return -1 end
        local first = redis.call('XRANGE', P .. 'log', '-', '+', 'COUNT', 1)[1]
        if first then
            first = tonumber(string.match(first[1], '^%d+'))
        else
            first = (tonumber(v[2]) or 0) + 1
        end
        if first > place then return 0 end
        redis.call('RENAME', staged, P .. 'snapshot')
        redis.call('PERSIST', P .. 'snapshot')
        local removed = redis.call('XTRIM', P .. 'log', 'MINID', (place + 1) .. '-0')
        for i = 5, #ARGV, 2 do
            redis.call('XTRIM', P .. 'log:' .. ARGV[i], 'MINID',
                '0-' .. string.format('%.0f', ARGV[i + 1] + 1))
        end
        return removed
        """#
}

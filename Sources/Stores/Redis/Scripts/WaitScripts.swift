extension LuaScript {
    /// What joining and leaving share.
    static let places = #"""
        wake()

        local function answerPlace(w, outcome)
            local s = sku(w.code)
            return outcome .. '\f' .. aheadText .. '\f' .. (s and levels(s) or '-') .. '\fw\f'
                .. w.id .. '\f' .. w.q .. '\n' .. w.rest
        end
        """#

    /// Gives a buyer a place behind all who wait already. Arguments: id, buyer, show, SKU,
    /// quantity, how many may wait.
    static let join = #"""
        local id, buyer, show, code = ARGV[5], ARGV[6], ARGV[7], ARGV[8]

        -- Whoever asks again is told what has become of it.
        local old = waiting(id)
        if old then
            if old.buyer ~= buyer or old.show ~= show or old.code ~= code then
                return refuse('placeExists')
            end
            return done(answerPlace(old, 'repeated'))
        end

        local refusal = notSold(code, show)
        if refusal then return refuse(refusal, code) end
        local other = call('HGET', D .. 'lb:' .. code, buyer)
        old = other and waiting(other)
        if old then return done(answerPlace(old, 'unchanged')) end
        local s, limit = sku(code), tonumber(ARGV[10])
        if s.w >= limit then return refuse('waitlistFull', code, limit) end

        local place = seq + 1
        local w = {id = id, q = tonumber(ARGV[9]), buyer = buyer, show = show, code = code,
            rest = buyer .. '\n' .. show .. '\n' .. code .. '\n' .. nowText .. '\n' .. place}
        call('ZADD', D .. 'l:' .. code, place, id)
        call('HSET', D .. 'lb:' .. code, buyer, id)
        s.w = s.w + 1
        s.shelf = true
        touch(s)
        put(w)
        tellWaiting(w, 'joined')
        settle(code, available(s))
        return done(answerPlace(waiting(id), 'created'))
        """#

    static let leave = #"""
        local w = waiting(ARGV[5])
        if not w then return refuse('notWaiting') end
        if w.q == 0 then return done(answerPlace(w, 'unchanged')) end
        giveUp(w)
        return done(answerPlace(w, 'configured'))
        """#
}

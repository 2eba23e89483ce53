extension LuaScript {
    /// What joining and leaving share.
    ///
    /// A place can be gone a moment after it was given, and asking for it again would give another:
    /// so an answer is kept under the place's own name for a while, for those who ask again because
    /// they were not answered.
    static let places = #"""
        local ASKED = 600000 -- ten minutes, in milliseconds

        local function answerPlace(w, outcome, quantity)
            local s = sku(w.code)
            if not s then return refuse('noSKU', w.code) end
            return outcome .. '\f' .. ahead .. '\f' .. levels(s) .. '\fw\f' .. w.id .. '\f'
                .. quantity .. '\n' .. w.rest
        end

        local function keep(text)
            call('SET', D .. 'a:' .. ARGV[5] .. ':' .. verb, text, 'PX', ASKED)
            return done(text)
        end

        if ARGV[6] == '1' then
            local text = call('GET', D .. 'a:' .. ARGV[5] .. ':' .. verb)
            if text then return done(text) end
        end
        """#

    /// Gives a buyer a place behind all who wait already. Arguments: id, 1 where it is asked again,
    /// buyer, show, SKU, quantity, how many may wait.
    static let join = #"""
        local buyer, show, code = ARGV[7], ARGV[8], ARGV[9]
        local refusal = notSold(code, show)
        if refusal then return refuse(refusal, code) end
        local old = call('HGET', D .. 'lb:' .. code, buyer)
        local w = old and waiting(old)
        if w then return done(answerPlace(w, 'unchanged', w.q)) end
        local s = sku(code)
        if s.w >= tonumber(ARGV[11]) then return refuse('waitlistFull', code, ARGV[11]) end

        -- A name that another place has already passes to this one.
        local other = waiting(ARGV[5])
        if other then forget(other) end
        local place = seq + 1
        w = {id = ARGV[5], q = tonumber(ARGV[10]), buyer = buyer, show = show, code = code,
            rest = buyer .. '\n' .. show .. '\n' .. code .. '\n' .. now .. '\n' .. place}
        call('SET', D .. 'x:' .. w.id, w.q .. '\n' .. w.rest)
        call('ZADD', D .. 'l:' .. code, place, w.id)
        call('HSET', D .. 'lb:' .. code, buyer, w.id)
        s.w = s.w + 1
        touch(s)
        local quantity = w.q
        tellWaiting(w, 'joined')
        settle(code, available(s))
        return keep(answerPlace(w, 'created', quantity))
        """#

    static let leave = #"""
        local w = waiting(ARGV[5])
        if not w then return refuse('notWaiting') end
        leaves(w)
        return keep(answerPlace(w, 'configured', w.q))
        """#
}

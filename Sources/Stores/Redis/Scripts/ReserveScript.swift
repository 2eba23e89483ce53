extension LuaScript {
    /// Holds units of all lines or of none; partially, as many as there are.
    ///
    /// Arguments: id, buyer, show, hold time or nothing, 1 where partial, then SKU and quantity of
    /// each line.
    static let reserve = #"""
        local id, buyer, show, partial = ARGV[5], ARGV[6], ARGV[7], ARGV[9] == '1'
        local wanted = {}
        for i = 10, #ARGV, 2 do
            wanted[#wanted + 1] = {code = ARGV[i], q = tonumber(ARGV[i + 1])}
        end

        -- Whoever asks again is told what has become of it.
        local old = reservation(id)
        if old then
            local same = old.buyer == buyer and old.show == show
                and (partial or #old.lines == #wanted)
            local quantities = {}
            for i = 1, #wanted do quantities[wanted[i].code] = wanted[i].q end
            for i = 1, #old.lines do
                local q = quantities[old.lines[i].code]
                same = same and q and (q == old.lines[i].q or partial and q > old.lines[i].q)
            end
            if not same then return refuse('reservationExists') end
            return done(answer(old, 'repeated'))
        end

        for i = 1, #wanted do
            local line = wanted[i]
            local refusal = notSold(line.code, show)
            if refusal then return refuse(refusal, line.code) end
            line.policy = policy(line.code, show)
        end

        local shortages, granted, policies = {}, {}, {}

        -- A refusal where the caps leave nothing, or less than is wanted and partly is no good.
        local function cap(line, limit, taken, code)
            if not limit or line.q <= limit - taken then return nil end
            if not partial or limit <= taken then
                return refuse('overCap', code, limit, taken, line.q)
            end
            line.q = limit - taken
        end

        local extra = 0
        for i = 1, #wanted do
            local line = wanted[i]
            local p = line.policy
            if p[OFSKU] or p[UNITS] then
                local v = call('HMGET', D .. 'b:' .. buyer, line.code, '')
                local refusal = cap(line, p[OFSKU], tonumber(v[1]) or 0, line.code)
                    or cap(line, p[UNITS], (tonumber(v[2]) or 0) + extra, '')
                if refusal then return refusal end
            end
            local free = available(sku(line.code))
            if line.q > free then
                shortages[#shortages + 1] = line.code .. '\t' .. line.q .. '\t' .. free .. '\t'
                    .. nextEnd(line.code)
                line.q = free
            end
            extra = extra + line.q
            if line.q > 0 then granted[#granted + 1] = line end
        end
        if #shortages > 0 and not (partial and #granted > 0) then
            return refuse('soldOut', ahead, table.concat(shortages, '\n'))
        end

        local lines = {}
        for i = 1, #granted do
            lines[i] = priced(granted[i].code, granted[i].q, show)
            policies[i] = granted[i].policy
        end
        local time = tonumber(ARGV[8]) or least(policies, HOLD) or 0
        time = math.min(time, least(policies, LIMIT) or time)
        local r = new(id, buyer, show, '', last + time, lines)
        change(r, 'held', 1, 0)
        return done(answer(r, 'created'))
        """#

    /// Why a SKU cannot be had in a show, or without one; nil where it can.
    static let selling = #"""
        local function notSold(code, show)
            if show ~= '' then
                local v = call('HMGET', D .. 'w:' .. show, 'st', 'r:' .. code)
                if not v[1] then return 'noShow' end
                if v[1] == '2' then return 'showHasEnded' end
                if not v[2] then return sku(code) and 'notOnRail' or 'noSKU' end
            end
            if not sku(code) then return 'noSKU' end
        end
        """#
}

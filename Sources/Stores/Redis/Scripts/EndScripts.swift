extension LuaScript {
    /// The reservation that a verb names. Argument: id.
    static let named = #"""
        local r = reservation(ARGV[5])
        if not r then return refuse('noReservation') end

        local function ofLines()
            local found = {}
            for i = 1, #r.lines do found[i] = policy(r.lines[i].code, r.show) end
            return found
        end
        """#

    /// The money is under way.
    static let pay = #"""
        if r.state == 'paying' or r.state == 'confirmed' then
            return done(answer(r, 'unchanged'))
        end
        if not isOpen(r.state) then return refuse('reservationOver', r.state) end
        r.state = 'paying'
        r.deadline = math.max(r.deadline, last + (least(ofLines(), PAYING) or 0))
        r.at = '' .. r.deadline
        change(r, 'paying', 0, 0)
        return done(answer(r, 'configured'))
        """#

    /// The money is there. A reservation that is over takes its units anew where there are enough.
    static let confirm = #"""
        if r.state == 'confirmed' then return done(answer(r, 'unchanged')) end
        if isOpen(r.state) then
            r.state = 'confirmed'
            change(r, 'confirmed', -1, 1)
            return done(answer(r, 'configured'))
        end
        local shortages = {}
        for i = 1, #r.lines do
            local line = r.lines[i]
            local s = sku(line.code)
            local free = s and available(s) or 0
            if free < line.q then
                shortages[#shortages + 1] = line.code .. '\t' .. line.q .. '\t' .. free .. '\t'
                    .. nextEnd(line.code)
            end
        end
        if #shortages > 0 then
            return refuse('tooLate', r.state, ahead, table.concat(shortages, '\n'))
        end
        r.state, r.late = 'confirmed', '1'
        change(r, 'confirmed', 0, 1)
        return done(answer(r, 'configured'))
        """#

    /// Gives the units back before the deadline.
    static let release = #"""
        if r.state == 'confirmed' then return refuse('reservationConfirmed') end
        if not isOpen(r.state) then return done(answer(r, 'unchanged')) end
        finishReservation(r, 'released')
        return done(answer(r, 'configured'))
        """#

    /// Moves the deadline, never to an earlier one, and not past the policy's limit. Arguments: id,
    /// time or nothing.
    static let extend = #"""
        if r.state == 'paying' or r.state == 'confirmed' then
            return done(answer(r, 'unchanged'))
        end
        if not isOpen(r.state) then return refuse('reservationOver', r.state) end
        local policies = ofLines()
        local time = tonumber(ARGV[6]) or least(policies, HOLD) or 0
        local lastEnd = r.heldAt + (least(policies, LIMIT) or time)
        if r.deadline >= lastEnd then return refuse('holdLimitReached', lastEnd - ahead) end
        local deadline = math.max(r.deadline, math.min(last + time, lastEnd))
        if deadline == r.deadline then return done(answer(r, 'unchanged')) end
        r.deadline, r.at = deadline, '' .. deadline
        change(r, 'extended', 0, 0)
        return done(answer(r, 'configured'))
        """#

    /// Nothing but the sweep that all verbs begin with.
    static let expire = #"""
        return done('unchanged\f' .. aheadText .. '\f\f')
        """#
}

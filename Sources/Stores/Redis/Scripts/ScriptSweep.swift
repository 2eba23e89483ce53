extension LuaScript {
    /// Ending reservations, and letting those expire that are due, before any verb looks.
    ///
    /// One call sweeps a part only, so that nobody waits for long on a server that does one thing
    /// at a time; then it says that there is more.
    static let sweep = #"""
        if not meta[4] then
            if meta[1] then finish() end
            return '!\fnoCatalogue'
        end

        local SWEPT, EVENTS = 300, 3000 -- reservations of a call, and events after which it rests

        -- Who lets an offer go gives up the place that it was offered to.
        local function finishReservation(r, state)
            r.state = state
            wake()
            local w = r.offered ~= '' and waiting(r.offered)
            if w and w.q > 0 then giveUp(w) end
            change(r, state, -1, 0)
        end

        local due = call('ZRANGE', D .. 'due', '-inf', last, 'BYSCORE', 'LIMIT', 0, SWEPT)
        if due[1] then
            local first = seq
            for i = 1, #due do
                local r = reservation(due[i])
                if r and isOpen(r.state) then
                    finishReservation(r, 'expired')
                else
                    call('ZREM', D .. 'due', due[i])
                end
                if i == SWEPT or seq - first > EVENTS then
                    finish()
                    call('HSET', M, 'hold', ARGV[2])
                    return '~'
                end
            end
        end
        """#
}

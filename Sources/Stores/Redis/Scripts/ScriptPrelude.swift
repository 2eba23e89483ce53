// How a catalogue lies in Redis. All keys begin with lc:{CATALOGUE}: and so share a slot.
//
//   meta        hash: epoch, run, frozen, brand, currency, policy, seq, ver, last, ahead, gen,
//               hold, made: the last generation that was given out to a repair
//   log         stream: the catalogue's event log, entry SEQUENCE-0
//   log:SHOW    stream: a show's log, entry 0-SEQUENCE, naming the catalogue's sequence
//   k:KEY       the fingerprint of a change, 32 characters, and behind it its answer
//   snapshot    list of lines: the catalogue as it was at the place before which its log is trimmed
//   stage:NAME, snapshot:NAME  lists on their way to become a change or a snapshot; they go by
//               themselves where that never comes
//   never       no key: see CatalogueKeys
//
// What a deleted catalogue leaves behind is not seen by the next of its name, because the rest has
// its generation before it, lc:{CATALOGUE}:GEN:
//
//   s:SKU       hash: o(n hand), h(eld), c(onfirmed), p(rice), l(isting), q (policy), w(aiting)
//   skus        sorted set of all codes, by bytes
//   o:SKU       set of the shows, not ended, whose rail lists it
//   e:SKU       sorted set of open reservations of it, by deadline
//   l:SKU       sorted set of who waits for it, by place;  lb:SKU  hash: buyer to waiting
//   w:SHOW      hash: d(etails), st(ate), from, to, pin, rail, q (policy), and for each SKU
//               r:SKU its show price, f:SKU its flash
//   shows       sorted set of all shows;  live  set of those on the air
//   policies    set of s:SKU and w:SHOW of which something is said
//   v:ID        a reservation, packed
//   x:ID        a place in a waitlist, packed
//   due         sorted set of open reservations, by deadline
//   b:BUYER     hash: the empty name to units held, each SKU to units held or bought
//
// Numbers are of doubles, which are exact below 2^53 and print as digits below 10^14.

extension LuaScript {
    /// What every verb begins with: who may run, the clocks, what is kept of a key.
    ///
    /// A script answers with one string. `?` is another epoch than the caller's, `#` a frozen
    /// catalogue, `~` more to sweep before the verb can run, `!` a refusal, `=` a kept answer;
    /// anything else an answer.
    static let opening = #"""
        local M, call, sub, match = KEYS[1], redis.call, string.sub, string.match
        local P = sub(M, 1, -5)
        local meta = call('HMGET', M, 'epoch', 'frozen', 'hold', 'currency', 'seq', 'last',
            'ahead', 'gen', 'policy')
        if (meta[1] or '0') ~= ARGV[1] then return '?' end
        if meta[2] then return '#' end
        -- One of the same batch that stood before this one has to come again: so has this one.
        if meta[3] == ARGV[2] then return '~' end
        if ARGV[3] ~= '' then
            local kept = call('GET', P .. 'k:' .. ARGV[3])
            if kept then
                -- WAIT counts from a connection's last write, so whoever asks again writes.
                call('HSET', M, 'epoch', meta[1])
                if sub(kept, 1, 32) ~= ARGV[4] then return '!\fkeyReused' end
                return '=' .. sub(kept, 33)
            end
        end

        local log = P .. 'log'
        local D = P .. (meta[8] or '0') .. ':'
        local seq = tonumber(meta[5]) or 0
        """#

    /// The server's clock; tests of deadlines put their own in its place.
    static let serverTime = #"""
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        """#

    /// The hold clock, and events.
    static let clockAndLog = #"""
        -- As Commerce's HoldClock: it goes on from where it was, at the server's pace.
        local last, ahead = tonumber(meta[6]) or now, tonumber(meta[7]) or 0
        local hold = now + ahead
        if hold < last then ahead = ahead + last - hold else last = hold end
        -- Numbers that are said often are made text once: that costs more than a command.
        local nowText, lastText, aheadText = '' .. now, '' .. last, '' .. ahead
        local firstSeq, firstAhead = seq, meta[7]

        -- Gives an event its place in the log of the catalogue and of each show. Shows are names
        -- with commas between them.
        local function append(shows, ...)
            seq = seq + 1
            if shows == '' then
                call('XADD', log, seq .. '-0', 't', nowText, ...)
                return
            end
            local places = {}
            for show in string.gmatch(shows, '[^,]+') do
                -- The stream itself counts, and goes on counting where the show is deleted.
                local id = call('XADD', P .. 'log:' .. show, '0-*', 'n', seq)
                places[#places + 1] = show .. ' ' .. sub(id, 3)
            end
            call('XADD', log, seq .. '-0', 't', nowText, 'w', table.concat(places, ','), ...)
        end
        """#

    /// SKUs, which are read once and written once, however often they change in a step.
    static let stock = #"""
        local skus, touched = {}, {}

        local function sku(code)
            local s = skus[code]
            if s == nil then
                local v = call('HMGET', D .. 's:' .. code, 'o', 'h', 'c', 'p', 'q', 'w')
                s = v[1] and {code = code, o = tonumber(v[1]), h = tonumber(v[2]) or 0,
                    c = tonumber(v[3]) or 0, p = v[4], q = v[5], w = tonumber(v[6]) or 0}
                skus[code] = s
            end
            return s
        end

        local function available(s) return s.o - s.h - s.c end

        local function levels(s)
            local text = s.text
            if not text then
                text = s.o .. ',' .. s.h .. ',' .. s.c
                s.text = text
            end
            return text
        end

        local function touch(s)
            s.text = nil
            if not s.touched then
                s.touched = true
                touched[#touched + 1] = s
            end
        end

        local function flush()
            for i = 1, #touched do
                local s = touched[i]
                call('HSET', D .. 's:' .. s.code, 'h', s.h, 'c', s.c)
                if s.shelf then call('HSET', D .. 's:' .. s.code, 'o', s.o, 'w', s.w) end
                s.touched = false
            end
            touched = {}
        end

        local function finish()
            flush()
            if seq == firstSeq and aheadText == firstAhead then
                -- Also where nothing is new: WAIT counts from the last write.
                call('HSET', M, 'last', lastText)
            else
                call('HSET', M, 'last', lastText, 'seq', seq, 'ahead', aheadText)
            end
        end

        local function refuse(...)
            finish()
            return '!\f' .. table.concat({...}, '\f')
        end
        """#

    /// What counts for reservations: six numbers, each with a comma behind it, absent ones empty.
    static let policies = #"""
        local HOLD, LIMIT, PAYING, OFFER, OFSKU, UNITS = 1, 2, 3, 4, 5, 6
        local standard = {90000, 900000, 900000, 300000}

        local function over(text, wider)
            if not text or text == '' then return wider end
            local policy, i = {}, 0
            for number in string.gmatch(text, '(%d*),') do
                i = i + 1
                policy[i] = tonumber(number) or wider[i]
            end
            return policy
        end

        local ofCatalogue = over(meta[9], standard)

        local function policy(code, show)
            local wide = ofCatalogue
            if show ~= '' then wide = over(call('HGET', D .. 'w:' .. show, 'q'), wide) end
            local s = sku(code)
            return over(s and s.q, wide)
        end

        -- The least that a setting says for any of the lines.
        local function least(policies, setting)
            local found
            for i = 1, #policies do
                local value = policies[i][setting]
                if value and (not found or value < found) then found = value end
            end
            return found
        end
        """#
}

import Commerce
import Primitives

extension LuaScript {
    /// How long what is over, and answers, are kept for whoever asks again.
    static let keptMilliseconds = ChangeRequest.keyLifetime.wholeMilliseconds

    /// Reservations as they lie in Redis, and the one way in which they change.
    ///
    /// Packed, a reservation is a line of what changes, `STATE LATE DEADLINE`, then a line each of
    /// buyer, show, offered to and held at, then a line for each SKU with tabs between code,
    /// quantity, price and flash. No text of ours has control characters.
    static let reservations = #"""
        local KEPT = \#(LuaScript.keptMilliseconds) -- a week

        local function unpackLines(text)
            local lines = {}
            for code, quantity, price, flash in
                string.gmatch(text, '([^\t\n]+)\t(%d+)\t(%d+)\t(%d*)') do
                lines[#lines + 1] =
                    {code = code, q = tonumber(quantity), t = quantity, p = price, f = flash}
            end
            return lines
        end

        local function packLines(lines)
            local text = {}
            for i = 1, #lines do
                local line = lines[i]
                text[i] = line.code .. '\t' .. line.t .. '\t' .. line.p .. '\t' .. line.f
            end
            return table.concat(text, '\n')
        end

        local function pack(r)
            return r.state .. ' ' .. r.late .. ' ' .. r.at .. '\n' .. r.rest
        end

        local function reservation(id)
            local text = call('GET', D .. 'v:' .. id)
            if not text then return nil end
            local state, late, deadline, rest = match(text, '^(%l+) (%d) (%-?%d+)\n(.*)$')
            local buyer, show, offered, heldAt, lines =
                match(rest, '^([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n(.*)$')
            return {id = id, state = state, late = late, deadline = tonumber(deadline),
                at = deadline, buyer = buyer, show = show, offered = offered,
                heldAt = tonumber(heldAt), rest = rest, lines = unpackLines(lines)}
        end

        local function isOpen(state) return state == 'held' or state == 'paying' end

        local function new(id, buyer, show, offered, deadline, lines)
            return {id = id, state = 'held', late = '0', deadline = deadline, at = '' .. deadline,
                buyer = buyer, show = show, offered = offered, heldAt = last, lines = lines,
                rest = buyer .. '\n' .. show .. '\n' .. offered .. '\n' .. lastText .. '\n'
                    .. packLines(lines)}
        end

        -- Who has how much. Counts that came to nothing go when a reservation ends; confirming
        -- leaves a nought of held units beside what the buyer has bought.
        local function count(r, held, taken)
            local key, sum, noughts = D .. 'b:' .. r.buyer, 0, {}
            for i = 1, #r.lines do
                local line = r.lines[i]
                sum = sum + line.q
                local change = taken < 0 and '-' .. line.t or line.t
                if taken ~= 0 and call('HINCRBY', key, line.code, change) == 0 then
                    noughts[#noughts + 1] = line.code
                end
            end
            if held ~= 0 and call('HINCRBY', key, '', sum * held) == 0 and taken ~= 0 then
                noughts[#noughts + 1] = ''
            end
            if #noughts > 0 then call('HDEL', key, unpack(noughts)) end
        end

        -- A flash with a limit counts what its reservations have; one opened anew begins anew.
        local function countFlash(line, show, change)
            if line.f == '' or show == '' then return end
            local key, field = D .. 'w:' .. show, 'f:' .. line.code
            local flash = call('HGET', key, field)
            if not flash then return end
            local head, opening, taken = match(flash, '^(.*,)(%d+),(%-?%d+)$')
            if opening == line.f then
                call('HSET', key, field, head .. opening .. ',' .. (taken + line.q * change))
            end
        end

        -- Its place among the deadlines; none where it is not open any more.
        local function schedule(r, isOpenNow)
            if isOpenNow then
                call('ZADD', D .. 'due', r.at, r.id)
                for i = 1, #r.lines do
                    call('ZADD', D .. 'e:' .. r.lines[i].code, r.at, r.id)
                end
            else
                call('ZREM', D .. 'due', r.id)
                for i = 1, #r.lines do call('ZREM', D .. 'e:' .. r.lines[i].code, r.id) end
            end
        end

        -- A step of a reservation: units move, it is written and told. Answers with what was
        -- available before.
        local function write(r, step, held, confirmed)
            local lines, before, stock = r.lines, {}, {}
            for i = 1, #lines do
                local line = lines[i]
                local s = sku(line.code)
                before[i] = available(s)
                if held ~= 0 or confirmed ~= 0 then
                    s.h = s.h + line.q * held
                    s.c = s.c + line.q * confirmed
                    touch(s)
                end
                stock[i] = levels(s)
                if held + confirmed ~= 0 then countFlash(line, r.show, held + confirmed) end
            end
            if held ~= 0 or confirmed ~= 0 then count(r, held, held + confirmed) end
            local packed = pack(r)
            if r.state == 'released' or r.state == 'expired' then
                call('SET', D .. 'v:' .. r.id, packed, 'PX', KEPT)
            else
                call('SET', D .. 'v:' .. r.id, packed)
            end
            if isOpen(r.state) or held ~= 0 then schedule(r, isOpen(r.state)) end
            append(r.show, 'y', 'reservation-' .. step, 'a', aheadText, 'i', r.id, 'r', packed,
                's', table.concat(stock, ';'))
            return before
        end

        -- An outcome, how far the hold clock is ahead, the stock, and the reservation.
        local function answer(r, outcome)
            local stock = {}
            for i = 1, #r.lines do
                local s = sku(r.lines[i].code)
                stock[i] = s and levels(s) or '-'
            end
            return outcome .. '\f' .. aheadText .. '\f' .. table.concat(stock, ';') .. '\fr\f'
                .. r.id .. '\f' .. pack(r)
        end

        -- Ends a step that was not refused.
        local function done(text)
            finish()
            if ARGV[3] ~= '' then
                call('SET', P .. 'k:' .. ARGV[3], ARGV[4] .. text, 'PX', KEPT)
            end
            return text
        end

        local function nextEnd(code)
            local first = call('ZRANGE', D .. 'e:' .. code, 0, 0, 'WITHSCORES')
            return first[2] or ''
        end
        """#
}

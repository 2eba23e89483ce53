extension LuaScript {
    /// Shows, prices, and the waitlist that freed units are offered to.
    ///
    /// Packed, a place in a waitlist is a line each of quantity, buyer, show, SKU, joined at and
    /// place.
    static let waitlist = #"""
        -- The line at the price of now. A flash with a limit counts for a line that it can serve
        -- as a whole.
        local function priced(code, quantity, show)
            local line = {code = code, q = quantity, t = '' .. quantity, p = sku(code).p, f = ''}
            if show == '' then return line end
            local v = call('HMGET', D .. 'w:' .. show, 'r:' .. code, 'f:' .. code)
            if v[1] and v[1] ~= '' then line.p = v[1] end
            if v[2] then
                local price, closes, limit, opening, taken =
                    match(v[2], '^(%d+),(%-?%d*),(%-?%d*),(%d+),(%-?%d+)$')
                if price and (closes == '' or now < tonumber(closes))
                    and (limit == '' or quantity <= limit - taken) then
                    line.p, line.f = price, opening
                end
            end
            return line
        end

        local openShows, waiting, tellWaiting, put, giveUp, settle

        -- Most steps come to none of this, and making functions takes its time, too.
        local function wake()
            if settle then return end

            openShows = function(code)
                local shows = call('SMEMBERS', D .. 'o:' .. code)
                table.sort(shows)
                return table.concat(shows, ',')
            end

            waiting = function(id)
                local text = call('GET', D .. 'x:' .. id)
                if not text then return nil end
                local quantity, rest = match(text, '^(%-?%d+)\n(.*)$')
                local buyer, show, code = match(rest, '^([^\n]*)\n([^\n]*)\n([^\n]*)\n')
                return {id = id, q = tonumber(quantity), buyer = buyer, show = show, code = code,
                    rest = rest, place = tonumber(match(rest, '%d+$'))}
            end

            tellWaiting = function(w, step)
                append(w.show, 'y', 'waitlist-' .. step, 'i', w.id, 'x', w.q .. '\n' .. w.rest)
            end

            -- A place that is over waits no longer, and is kept for whoever asks again with its
            -- name.
            put = function(w)
                local text = w.q .. '\n' .. w.rest
                if w.q > 0 then return call('SET', D .. 'x:' .. w.id, text) end
                call('SET', D .. 'x:' .. w.id, text, 'PX', KEPT)
                call('ZREM', D .. 'l:' .. w.code, w.id)
                call('HDEL', D .. 'lb:' .. w.code, w.buyer)
                local s = sku(w.code)
                if s then
                    s.w = s.w - 1
                    s.shelf = true
                    touch(s)
                end
            end

            giveUp = function(w)
                w.q = 0
                put(w)
                tellWaiting(w, 'left')
            end

            local function isStillSold(w)
                if w.show == '' then return true end
                local v = call('HMGET', D .. 'w:' .. w.show, 'st', 'r:' .. w.code)
                return v[1] and v[1] ~= '2' and v[2]
            end

            -- Holds what there is for the first who waits. A buyer who may have no more, or whose
            -- show is over, loses the place.
            local function offer(w, s)
                local policy = policy(w.code, w.show)
                local units = math.min(w.q, available(s))
                if policy[OFSKU] or policy[UNITS] then
                    local v = call('HMGET', D .. 'b:' .. w.buyer, w.code, '')
                    if policy[OFSKU] then
                        units = math.min(units, policy[OFSKU] - (tonumber(v[1]) or 0))
                    end
                    if policy[UNITS] then
                        units = math.min(units, policy[UNITS] - (tonumber(v[2]) or 0))
                    end
                end
                if units <= 0 or not isStillSold(w) then return giveUp(w) end
                local line = priced(w.code, units, w.show)
                local id = 'rsv_' .. sub(w.id, 1, 40) .. '-' .. (seq + 1)
                local r = new(id, w.buyer, w.show, w.id, last + (policy[OFFER] or 0), {line})
                w.q = w.q - units
                put(w)
                tellWaiting(w, 'offered')
                write(r, 'held', 1, 0)
            end

            -- Offers free units to whoever waits, then tells sold out and back in stock.
            settle = function(code, before)
                local s = sku(code)
                while available(s) > 0 and s.w > 0 do
                    local id = call('ZRANGE', D .. 'l:' .. code, 0, 0)[1]
                    local first = id and waiting(id)
                    if not first then break end
                    offer(first, s)
                end
                local after = available(s)
                if before == 0 and after > 0 then
                    append(openShows(code), 'y', 'back-in-stock', 'k', code, 's', levels(s))
                elseif before > 0 and after == 0 then
                    append(openShows(code), 'y', 'sold-out', 'k', code, 's', levels(s))
                end
            end
        end

        -- A step of a reservation after which the SKUs whose units moved are settled.
        local function change(r, step, held, confirmed)
            local before = write(r, step, held, confirmed)
            if held + confirmed == 0 then return end
            for i = 1, #r.lines do
                local s, old = sku(r.lines[i].code), before[i]
                local free = available(s)
                -- Where there was some and is some, nothing is told, and nobody waits.
                if s.w > 0 or (old == 0) ~= (free == 0) then
                    wake()
                    settle(s.code, old)
                end
            end
        end
        """#
}

extension LuaScript {
    /// Writes what a change of a catalogue has come to, where nothing it has read is different now.
    ///
    /// Arguments: the version that was read, the time of the change, the list that the operations
    /// are staged in or nothing, how many there are, the server's run, the answer to keep; then the
    /// operations, where they are not staged. An operation is a letter and its words, with form
    /// feeds between them. `^` is another version, or stock that reservations have taken meanwhile.
    static let commit = #"""
        wake()
        local staged, count = ARGV[7], tonumber(ARGV[8])
        if (call('HGET', M, 'ver') or '0') ~= ARGV[5] then return '^' end
        if staged ~= '' and call('LLEN', P .. staged) ~= count then return '^' end
        now, nowText = tonumber(ARGV[6]), ARGV[6]

        local function each(body)
            if staged == '' then
                for i = 11, #ARGV do body(ARGV[i]) end
                return
            end
            for from = 0, count - 1, 1000 do
                local page = call('LRANGE', P .. staged, from, from + 999)
                for i = 1, #page do body(page[i]) end
            end
        end

        local function words(operation)
            local found = {}
            for word in string.gmatch(operation .. '\f', '([^\f]*)\f') do
                found[#found + 1] = word
            end
            return found
        end

        -- Scripts do not undo what they have written, so every doubt comes first.
        local fits = true
        each(function(operation)
            local kind = sub(operation, 1, 1)
            if kind == 'U' then
                local w = words(operation)
                local s = sku(w[2])
                if s and s.h + s.c > tonumber(w[3]) then fits = false end
            elseif kind == 'Z' then
                local s = sku(words(operation)[2])
                if not s or s.h + s.c + s.w > 0 then fits = false end
            elseif kind == 'X' then
                if call('ZCARD', D .. 'due') > 0 then fits = false end
            end
        end)
        if not fits then return '^' end
        """#

    /// The operations, in their order.
    static let operations = #"""
        local before, run = {}, {}

        -- E: an event. Shows, then names and values.
        function run.E(w) append(w[2], unpack(w, 3)) end

        -- C: the catalogue. Brand, currency.
        function run.C(w)
            call('HSET', M, 'brand', w[2], 'currency', w[3])
            if not meta[1] then call('HSET', M, 'epoch', 1, 'run', ARGV[9]) end
        end

        -- X: the catalogue is deleted. Its generation ends.
        function run.X()
            flush()
            local made = tonumber(call('HGET', M, 'made')) or 0
            local generation = math.max(tonumber(meta[8]) or 0, made) + 1
            call('HSET', M, 'gen', generation)
            call('HDEL', M, 'brand', 'currency', 'policy')
            D, skus, ofCatalogue = P .. generation .. ':', {}, standard
        end

        -- Q: what the catalogue says of reservations.
        function run.Q(w)
            call('HSET', M, 'policy', w[2])
            ofCatalogue = over(w[2], standard)
        end

        -- A: a new SKU. Code, on hand, price, listing.
        function run.A(w)
            call('HSET', D .. 's:' .. w[2], 'p', w[4], 'l', w[5])
            call('ZADD', D .. 'skus', 0, w[2])
            local s = {code = w[2], o = tonumber(w[3]), h = 0, c = 0, w = 0, p = w[4]}
            skus[w[2]] = s
            s.shelf = true
            touch(s)
        end

        -- L: a SKU's listing. Code, price, listing.
        function run.L(w)
            call('HSET', D .. 's:' .. w[2], 'p', w[3], 'l', w[4])
            sku(w[2]).p = w[3]
        end

        -- Z: a SKU goes.
        function run.Z(w)
            flush()
            call('DEL', D .. 's:' .. w[2])
            call('ZREM', D .. 'skus', w[2])
            skus[w[2]] = nil
        end

        -- U: units on hand. Code, units, then names and values that the event has beside.
        function run.U(w)
            local s, units = sku(w[2]), tonumber(w[3])
            before[w[2]] = available(s)
            -- Units that an earlier operation has offered to the waitlist stay promised.
            s.o = math.max(units, s.h + s.c)
            s.shelf = true
            touch(s)
            append(openShows(w[2]), 'y', 'stock-update', 'k', w[2], 's', levels(s), unpack(w, 4))
        end

        -- S: its waitlist is served.
        function run.S(w) settle(w[2], before[w[2]] or available(sku(w[2]))) end

        -- F: a flash opens, by the place of the event before. Show, code, price and limits.
        function run.F(w) call('HSET', D .. 'w:' .. w[2], 'f:' .. w[3], w[4] .. seq .. ',0') end

        -- R: a command on one of the catalogue's keys. Command, key, the rest.
        function run.R(w)
            if sub(w[3], 1, 2) == 's:' then
                flush()
                skus[sub(w[3], 3)] = nil
            end
            call(w[2], D .. w[3], unpack(w, 4))
        end

        each(function(operation)
            local w = words(operation)
            run[w[1]](w)
        end)
        flush()
        if count > 0 then call('HINCRBY', M, 'ver', 1) end
        if meta[1] or count > 0 then finish() end
        if staged ~= '' then call('UNLINK', P .. staged) end
        if ARGV[3] ~= '' then
            -- A name that no caller has given is only for who was not answered.
            local time = sub(ARGV[3], 1, 1) == '\1' and 600000 or KEPT
            call('SET', P .. 'k:' .. ARGV[3], ARGV[4] .. ARGV[10], 'PX', time)
        end
        return 'done'
        """#
}

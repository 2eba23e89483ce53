extension ReplayScript {
    /// The chat as it was; only as many lines are in the page as one may be looking at.
    static let chat = #"""
        const lines = data.chat;
        const mostLines = 120, pageOfLines = 60;
        const chat = {start: 0, end: 0, follows: true};

        function makeLine(place) {
          const [ms, name, text] = lines[place];
          return make("li", {},
            make("span", {className: "at", textContent: clock(ms)}), " ",
            make("b", {dir: "auto", textContent: name}), " ",
            make("span", {dir: "auto", textContent: text}));
        }

        function windowOfChat(start, end) {
          const list = $("chat-lines");
          const isNear = start < chat.end && end > chat.start && chat.end > chat.start;
          if (!isNear) {
            list.replaceChildren();
            chat.start = chat.end = start;
          }
          while (chat.start < start) { list.firstChild.remove(); chat.start += 1; }
          while (chat.end > end) { list.lastChild.remove(); chat.end -= 1; }
          const before = [], after = [];
          for (let place = start; place < chat.start; place += 1) before.push(makeLine(place));
          for (let place = chat.end; place < end; place += 1) after.push(makeLine(place));
          list.prepend(...before);
          list.append(...after);
          Object.assign(chat, {start, end});
        }

        function drawChat() {
          if (!lines.length || $("panel-chat").hidden) return;
          const now = placeAt(lines, moment) + 1;
          if (!chat.follows && chat.end <= now) return drawChatMore(now);
          chat.follows = true;
          windowOfChat(Math.max(0, now - mostLines), now);
          $("chat-empty").hidden = now > 0;
          drawChatMore(now);
          const log = $("chat-log");
          log.scrollTop = log.scrollHeight;
        }

        function drawChatMore(now) {
          $("chat-now").hidden = chat.follows || chat.end >= now && isAtEnd();
        }

        function isAtEnd() {
          const log = $("chat-log");
          return log.scrollHeight - log.scrollTop - log.clientHeight < 24;
        }

        $("chat-log").addEventListener("scroll", () => {
          const log = $("chat-log");
          const now = placeAt(lines, moment) + 1;
          chat.follows = isAtEnd() && chat.end === now;
          if (log.scrollTop < 80 && chat.start > 0) {
            const before = log.scrollHeight - log.scrollTop;
            const start = Math.max(0, chat.start - pageOfLines);
            windowOfChat(start, Math.min(chat.end, start + mostLines + pageOfLines));
            log.scrollTop = log.scrollHeight - before;
          } else if (isAtEnd() && chat.end < now) {
            const end = Math.min(now, chat.end + pageOfLines);
            const top = $("chat-lines").lastChild;
            windowOfChat(Math.max(chat.start, end - mostLines - pageOfLines), end);
            top?.scrollIntoView({block: "end"});
          }
          drawChatMore(now);
        }, {passive: true});

        $("chat-now").addEventListener("click", () => {
          chat.follows = true;
          drawChat();
        });
        """#
}

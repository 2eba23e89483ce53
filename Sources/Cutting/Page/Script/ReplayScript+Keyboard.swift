extension ReplayScript {
    /// The keys, as players have them everywhere.
    static let keyboard = #"""
        function nudge(seconds) { seekTo(here() + seconds * 1000); }

        function louder(step) {
          video.muted = false;
          video.volume = Math.min(1, Math.max(0, Math.round(video.volume * 10 + step) / 10));
          say(`Volume ${Math.round(video.volume * 100)} per cent`);
        }

        function toChapter(step) {
          const place = placeAt(chapterStarts, moment);
          const next = chapters[step > 0 ? place + 1
            : moment - (chapters[place]?.start ?? 0) > 2000 ? place : place - 1];
          if (next) seekTo(next.start);
        }

        const keys = {
          " ": togglePlay, k: togglePlay, j: () => nudge(-10), l: () => nudge(10),
          ArrowLeft: () => nudge(-5), ArrowRight: () => nudge(5),
          ArrowUp: () => louder(1), ArrowDown: () => louder(-1),
          m: () => { video.muted = !video.muted; }, c: nextCaptions, f: toggleFull,
          n: () => toChapter(1), p: () => toChapter(-1), b: () => {
            if ($("hero").hidden) return;
            heroParts.buy.focus();
          },
          "?": () => $("help").showModal(),
        };
        for (let tenth = 0; tenth <= 9; tenth += 1) {
          keys[tenth] = () => seekTo(lengthMs() * tenth / 10);
        }

        addEventListener("keydown", event => {
          if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
          if (document.querySelector("dialog[open]")) return;
          const target = event.target;
          const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
          if (!(name in keys)) return;
          if (target.matches("select, textarea, input:not(#seek)")) return;
          const isArrow = name.startsWith("Arrow");
          // Up and down scroll the page unless one is at the player; tabs and lists have their own.
          if (isArrow && !$("stage").contains(target)
            && (target.closest("[role=tablist], #chat-log") || /Up|Down/.test(name))) return;
          if (name === " " && target.closest("button, a, [role=tab], #chat-log")) return;
          event.preventDefault();
          keys[name]();
        });

        $("help-open").addEventListener("click", () => $("help").showModal());
        $("help-close").addEventListener("click", () => $("help").close());
        """#
}

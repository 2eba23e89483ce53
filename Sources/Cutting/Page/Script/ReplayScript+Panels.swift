extension ReplayScript {
    /// The tabs beside the video, the list of chapters, links to a moment.
    static let panels = #"""
        const tabs = [...document.querySelectorAll("[role=tab]")];

        function openTab(tab, takesFocus) {
          for (const each of tabs) {
            const isOpen = each === tab;
            each.ariaSelected = String(isOpen);
            each.tabIndex = isOpen ? 0 : -1;
            $(each.getAttribute("aria-controls")).hidden = !isOpen;
          }
          if (takesFocus) tab.focus();
          if (tab.id === "tab-chat") drawChat(true);
        }

        $("tab-chapters").hidden = !chapters.length;
        $("tab-chat").hidden = !data.chat.length;
        for (const tab of tabs) tab.addEventListener("click", () => openTab(tab, false));
        $("tabs").addEventListener("keydown", event => {
          const there = tabs.filter(tab => !tab.hidden);
          const place = there.indexOf(document.activeElement);
          const last = there.length - 1;
          const next = {
            ArrowRight: place === last ? 0 : place + 1, ArrowLeft: place <= 0 ? last : place - 1,
            Home: 0, End: last,
          }[event.key];
          if (next === undefined || place < 0) return;
          event.preventDefault();
          openTab(there[next], true);
        });

        const chapterButtons = chapters.map(chapter => {
          const button = make("button", {type: "button"},
            make("span", {className: "at", textContent: clock(chapter.start)}),
            make("span", {className: "name", dir: "auto", textContent: chapter.title}));
          button.ariaLabel = `${chapter.title}, at ${spoken(chapter.start)}`;
          button.addEventListener("click", () => {
            seekTo(chapter.start);
            video.play().catch(() => {});
          });
          $("chapter-list").append(make("li", {}, button));
          return button;
        });

        function drawChapterList(current) {
          chapters.forEach((chapter, place) => {
            const value = chapter === current ? "true" : null;
            const button = chapterButtons[place];
            if (button.ariaCurrent !== value) button.ariaCurrent = value;
          });
        }

        // 83, 83.5, 83s, 1m23s, 1:23 and 0:01:23.
        function readTime(text) {
          const plain = /^(\d{1,7}(?:\.\d{1,6})?)s?$/.exec(text);
          if (plain) return Number(plain[1]) * 1000;
          const units = /^(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6}(?:\.\d{1,6})?)s)?$/.exec(text);
          const colons = /^(?:(\d{1,4}):)?(\d{1,5}):(\d\d(?:\.\d{1,6})?)$/.exec(text);
          const parts = text && (units ?? colons);
          if (!parts) return null;
          const [hours, minutes, seconds] = parts.slice(1).map(part => Number(part ?? 0));
          return ((hours * 60 + minutes) * 60 + seconds) * 1000;
        }

        function wantedTime() {
          const hash = new URLSearchParams(location.hash.slice(1)).get("t");
          const query = new URLSearchParams(location.search).get("t");
          return readTime(hash ?? "") ?? readTime(query ?? "");
        }

        addEventListener("hashchange", () => {
          const time = wantedTime();
          if (time !== null) seekTo(time);
        });

        $("share").hidden = !navigator.clipboard;
        show($("share"), "link", "Copy a link to this moment");
        show($("help-open"), "keys", "Keys");
        $("share").addEventListener("click", async () => {
          const url = new URL(location.href);
          url.hash = "";
          url.searchParams.set("t", String(Math.floor(moment / 1000)));
          try {
            await navigator.clipboard.writeText(url.href);
            note(`The link to ${clock(moment)} is copied.`);
          } catch {
            note(`The link to ${clock(moment)}: ${url.href}`);
          }
        });
        """#
}

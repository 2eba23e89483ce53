extension ReplayScript {
    /// The bar that one seeks by: chapters on it, pictures over it.
    static let scrubBar = #"""
        const chapters = data.chapters;

        const chapterStarts = chapters.map(chapter => [chapter.start]);

        function chapterAt(ms) {
          const place = placeAt(chapterStarts, ms);
          return place >= 0 && ms < chapters[place].end ? chapters[place] : null;
        }

        // Where nothing is pinned there is no chapter, and the bar has a plain piece.
        function drawChapters() {
          const length = lengthMs();
          if (!length) return;
          const pieces = [];
          let end = 0;
          const piece = (from, to, isChapter) => {
            if (to <= from) return;
            const mark = make("i", {className: isChapter ? "chapter" : "gap"});
            mark.style.left = `${100 * from / length}%`;
            mark.style.width = `${100 * (to - from) / length}%`;
            pieces.push(mark);
          };
          for (const chapter of chapters) {
            piece(end, chapter.start, false);
            piece(Math.max(end, chapter.start), Math.min(chapter.end, length), true);
            end = Math.max(end, chapter.end);
          }
          piece(end, length, false);
          $("pieces").replaceChildren(...pieces);
          $("seek").max = String(Math.round(length));
        }

        let shownSecond = -1, isDragging = false;

        function drawTime() {
          const length = lengthMs();
          const seek = $("seek");
          if (!isDragging) seek.value = String(Math.round(moment));
          $("played").style.transform = `scaleX(${length ? Math.min(1, moment / length) : 0})`;
          const second = Math.floor(moment / 1000);
          if (second === shownSecond) return;
          shownSecond = second;
          const chapter = chapterAt(moment);
          put($("time"), `${clock(moment)} / ${clock(length)}`);
          put($("chapter-name"), chapter?.title ?? "");
          seek.setAttribute("aria-valuetext", `${spoken(moment)} of ${spoken(length)}`
            + (chapter ? `, ${chapter.title}` : ""));
          drawChapterList(chapter);
        }

        function drawBuffered() {
          const length = lengthMs();
          let end = 0;
          for (let place = 0; place < video.buffered.length; place += 1) {
            if (video.buffered.start(place) * 1000 <= here() + 500) {
              end = Math.max(end, video.buffered.end(place) * 1000);
            }
          }
          $("buffered").style.transform = `scaleX(${length ? Math.min(1, end / length) : 0})`;
        }

        function drawPreview(ms, x) {
          const preview = $("preview"), width = $("scrub").clientWidth;
          preview.hidden = false;
          put($("preview-time"), clock(ms));
          put($("preview-name"), chapterAt(ms)?.title ?? "");
          const place = placeAt(data.thumbnails.cues, ms);
          const image = $("preview-image");
          image.hidden = place < 0;
          if (place >= 0) {
            const [, , file, left, top, cueWidth, cueHeight] = data.thumbnails.cues[place];
            // An address that was read as one has no quotation marks.
            const url = new URL(data.thumbnails.images[file], document.baseURI).href;
            image.style.backgroundImage = `url("${url}")`;
            image.style.backgroundPosition = `-${left}px -${top}px`;
            image.style.width = `${cueWidth}px`;
            image.style.height = `${cueHeight}px`;
          }
          const half = preview.offsetWidth / 2;
          preview.style.left = `${Math.min(Math.max(x, half), Math.max(half, width - half))}px`;
        }

        function msUnder(event) {
          const box = $("seek").getBoundingClientRect();
          const share = (event.clientX - box.left) / box.width;
          return Math.min(1, Math.max(0, share)) * lengthMs();
        }

        $("scrub").addEventListener("pointermove", event => {
          const box = $("scrub").getBoundingClientRect();
          drawPreview(msUnder(event), event.clientX - box.left);
        });
        for (const name of ["pointerleave", "pointerup", "pointercancel"]) {
          $("scrub").addEventListener(name, () => { $("preview").hidden = true; });
        }
        $("seek").addEventListener("pointerdown", () => { isDragging = true; });
        for (const name of ["pointerup", "pointercancel", "blur"]) {
          $("seek").addEventListener(name, () => { isDragging = false; });
        }
        $("seek").addEventListener("input", event => seekTo(Number(event.target.value)));
        for (const name of ["loadedmetadata", "durationchange"]) {
          video.addEventListener(name, () => {
            drawChapters();
            shownSecond = -1;
            drawTime();
          });
        }
        for (const name of ["progress", "seeked"]) video.addEventListener(name, drawBuffered);
        """#
}

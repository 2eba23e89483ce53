extension ReplayScript {
    /// The video and its controls.
    static let player = #"""
        video.controls = false;
        $("controls").hidden = $("big-play").hidden = false;

        function lengthMs() {
          return Number.isFinite(video.duration) && video.duration > 0
            ? video.duration * 1000 : data.duration_ms ?? 0;
        }

        function togglePlay() {
          if (!video.paused && !video.ended) return video.pause();
          if (video.ended) seekTo(0);
          video.play().catch(error => {
            if (error.name !== "AbortError") note("The video cannot be played here.", true);
          });
        }

        function drawPlay() {
          const isPlaying = !video.paused && !video.ended;
          show($("play"), isPlaying ? "pause" : "play", isPlaying ? "Pause" : "Play");
          $("big-play").hidden = isPlaying || !$("wait").hidden;
          $("stage").classList.toggle("playing", isPlaying);
        }

        function drawSound() {
          const isMuted = video.muted || video.volume === 0;
          show($("mute"), isMuted ? "muted" : "sound", isMuted ? "Turn the sound on" : "Mute");
          if (document.activeElement !== $("volume")) $("volume").value = video.volume * 100;
        }

        // The picture may stand upright: the stage takes its shape.
        function drawShape() {
          if (!video.videoWidth) return;
          $("stage").style.aspectRatio = `${video.videoWidth} / ${video.videoHeight}`;
          $("player").classList.toggle("upright", video.videoHeight > video.videoWidth);
        }

        function languageName(code) {
          try {
            return new Intl.DisplayNames([code], {type: "language"}).of(code);
          } catch { return code; }
        }

        const tracks = data.captions.map(captions => {
          const label = captions.label || languageName(captions.language);
          const track = video.addTextTrack("captions", label, captions.language);
          for (const [start, end, text] of captions.cues) {
            track.addCue(new VTTCue(start / 1000, end / 1000, text));
          }
          track.mode = "disabled";
          track.addEventListener("cuechange", drawCaptions);
          return track;
        });
        let shownTrack = -1;

        // Drawn by the page, so that they never lie under its controls. A cue's own markup comes
        // as the few elements that WebVTT has.
        function drawCaptions() {
          const cues = shownTrack < 0 ? [] : [...tracks[shownTrack].activeCues ?? []];
          $("cues").replaceChildren(...cues.map(cue => {
            const line = make("p", {dir: "auto"});
            line.append(cue.getCueAsHTML());
            return line;
          }));
        }

        function nextCaptions() {
          if (!tracks.length) return;
          shownTrack = shownTrack + 1 < tracks.length ? shownTrack + 1 : -1;
          tracks.forEach((track, place) => {
            track.mode = place === shownTrack ? "hidden" : "disabled";
          });
          drawCaptions();
          const label = shownTrack < 0 ? "off" : tracks[shownTrack].label;
          $("captions").ariaPressed = String(shownTrack >= 0);
          $("captions").ariaLabel = $("captions").title = `Captions: ${label}`;
          say(`Captions: ${label}`);
        }

        function toggleFull() {
          if (document.fullscreenElement) return document.exitFullscreen();
          const player = $("player");
          if (player.requestFullscreen) return player.requestFullscreen().catch(() => {});
          video.webkitEnterFullscreen?.();
        }

        $("play").addEventListener("click", togglePlay);
        $("big-play").addEventListener("click", togglePlay);
        $("mute").addEventListener("click", () => { video.muted = !video.muted; });
        $("volume").addEventListener("input", event => {
          video.volume = Number(event.target.value) / 100;
          video.muted = false;
        });
        $("speed").addEventListener("change", event => {
          video.playbackRate = Number(event.target.value);
        });
        $("captions").addEventListener("click", nextCaptions);
        $("captions").hidden = !tracks.length;
        $("full").addEventListener("click", toggleFull);
        document.addEventListener("fullscreenchange", () => {
          const isFull = Boolean(document.fullscreenElement);
          // What lies outside is not seen then.
          (document.fullscreenElement ?? document.body).append($("note-box"));
          show($("full"), isFull ? "small" : "full", isFull ? "Leave full screen" : "Full screen");
        });

        for (const name of ["play", "pause", "ended", "playing"]) {
          video.addEventListener(name, drawPlay);
        }
        for (const name of ["loadedmetadata", "resize"]) video.addEventListener(name, drawShape);
        video.addEventListener("volumechange", drawSound);
        for (const name of ["waiting", "seeking"]) {
          video.addEventListener(name, () => { if (!video.paused) $("wait").hidden = false; });
        }
        for (const name of ["playing", "seeked", "pause", "canplay", "error"]) {
          video.addEventListener(name, () => { $("wait").hidden = true; });
        }

        // Controls go away while it plays and nobody moves; never under the keyboard.
        let calmTimer = 0;

        function wakeControls() {
          $("stage").classList.remove("calm");
          clearTimeout(calmTimer);
          calmTimer = setTimeout(() => {
            const isFocused = $("controls").contains(document.activeElement)
              && document.activeElement.matches(":focus-visible");
            if (!video.paused && !isFocused) $("stage").classList.add("calm");
          }, 3000);
        }

        for (const name of ["pointermove", "pointerdown", "focusin", "keydown"]) {
          $("stage").addEventListener(name, event => {
            if (event.target !== video || event.type !== "pointerdown") wakeControls();
          });
        }
        video.addEventListener("pause", wakeControls);
        video.addEventListener("play", wakeControls);
        video.addEventListener("click", event => {
          // The first touch brings the controls, the next one plays or pauses.
          const wasCalm = $("stage").classList.contains("calm");
          wakeControls();
          if (event.pointerType !== "touch" || !wasCalm) togglePlay();
        });

        // A playlist that cannot be played has the MP4 behind it. Where all sources failed the
        // last one says so; a file that breaks later is told by the video itself.
        function giveUp() {
          $("wait").hidden = true;
          note("The video cannot be loaded. The products can still be bought.", true);
        }

        video.querySelector("source:last-of-type")?.addEventListener("error", giveUp);
        video.addEventListener("error", () => {
          const fallback = [...video.querySelectorAll("source")].at(-1)?.src;
          if (!fallback || video.currentSrc === fallback || video.src) return giveUp();
          const place = here();
          video.src = fallback;
          seekTo(place);
          video.play().catch(() => {});
        });
        """#
}

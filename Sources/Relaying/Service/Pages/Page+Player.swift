import HTTP

extension Page {
    /// Plays a show, waits for it where it is not on the air, and comes back when it was lost.
    static func player(_ show: String) -> HTTPResponse {
        Page(
            title: "\(show) – live", body: playerBody(show), script: playerScript,
            isFrameable: true
        ).response
    }

    private static func playerBody(_ show: String) -> String {
        """
        <body data-show="\(show)">
        <header>
        <h1>\(show)</h1>
        <span id="live" class="pill live" hidden>Live</span>
        <span id="viewers" class="pill" hidden></span>
        </header>
        <main class="stage">
        <video id="video" playsinline autoplay aria-label="The show \(show)"></video>
        <p id="status" role="status" aria-live="polite">Connecting…</p>
        <button id="sound" class="main over" hidden>Turn the sound on</button>
        </main>
        \(tokenForm)
        <div class="row">
        <label id="quality-label" hidden>Quality
        <select id="quality"><option value="">automatic</option></select></label>
        </div>
        <noscript>This page needs JavaScript to play the show.</noscript>
        </body>
        """
    }

    private static let playerScript = #"""
        const endpoint = `/whep/${show}`;
        const video = $("video");
        let peer = null, session = null, listening = null, timer = null, attempt = 0;

        function leave() {
          clearTimeout(timer);
          listening?.abort();
          if (peer) { peer.onconnectionstatechange = null; peer.close(); }
          if (session) end(session);
          peer = session = listening = null;
        }

        function again(text, seconds) {
          leave();
          $("live").hidden = true;
          say(text);
          timer = setTimeout(join, seconds * 1000);
        }

        function backoff() { return Math.min(8, 2 ** attempt++); }

        async function play() {
          video.controls = true;
          video.muted = false;
          try {
            await video.play();
          } catch (error) {
            // Browsers play sound only after a touch or a key.
            if (error.name !== "NotAllowedError") return;
            video.muted = true;
            $("sound").hidden = false;
            await video.play().catch(() => {});
          }
        }

        async function join() {
          leave();
          try {
            const mine = peer = await newConnection(endpoint);
            const stream = new MediaStream();
            for (const kind of ["video", "audio"]) {
              mine.addTransceiver(kind, {direction: "recvonly"});
            }
            mine.ontrack = event => {
              stream.addTrack(event.track);
              if (video.srcObject !== stream) video.srcObject = stream;
              play();
            };
            mine.onconnectionstatechange = () => {
              if (mine.connectionState === "connected") attempt = 0;
              if (mine.connectionState === "disconnected") say("The connection is interrupted…");
              if (mine.connectionState === "connected" && !$("live").hidden) say("");
              if (mine.connectionState === "failed") {
                again("The connection was lost. Connecting again…", backoff());
              }
            };
            const response = await negotiate(mine, endpoint);
            session = new URL(response.headers.get("Location"), location).pathname;
            say("Waiting for the picture…");
            listen(session + "/events");
          } catch (error) {
            refused(error);
          }
        }

        function refused(error) {
          if (!(error instanceof Refusal)) {
            return again("The server cannot be reached. Trying again…", backoff());
          }
          switch (error.status) {
            case 401:
              leave();
              say(token ? "This token is not accepted." : "This show needs an access token.", "error");
              return askForToken(join);
            case 409: return again(
              "Not on the air yet. It starts here by itself.", Math.min(error.wait, 3));
            case 429: case 503: return again("The server is busy. Trying again…", error.wait);
            case 406: case 422:
              leave();
              return say("This browser cannot play this show: " + error.message + ".", "error");
            default:
              leave();
              return say("The show cannot be played: " + error.message + ".", "error");
          }
        }

        const handlers = {
          active() { if (!video.paused && video.videoWidth) say(""); $("live").hidden = false; },
          inactive() {
            $("live").hidden = true;
            say("The show pauses. It goes on here by itself.");
          },
          viewercount(data) {
            $("viewers").hidden = false;
            $("viewers").textContent = `${data.viewercount} watching`;
          },
          layers(data) {
            const [mid, media] = Object.entries(data)[0];
            const layers = [...media.layers].sort((a, b) => (b.height ?? 0) - (a.height ?? 0));
            const chosen = $("quality").value;
            $("quality-label").hidden = layers.length < 2;
            $("quality").replaceChildren(new Option("automatic", ""), ...layers.map(layer =>
              new Option(layer.height ? `${layer.height}p` : layer.encodingId, layer.encodingId)));
            $("quality").value = layers.some(layer => layer.encodingId === chosen) ? chosen : "";
            $("quality").dataset.media = mid;
          },
        };

        // Events come by fetch, which unlike EventSource can carry a token.
        async function listen(url) {
          const stop = listening = new AbortController();
          try {
            const response = await fetch(url, {headers: headers(), signal: stop.signal});
            if (!response.ok) return;
            const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
            for (let text = "";;) {
              const {value, done} = await reader.read();
              if (done) return;
              const parts = (text + value).split("\n\n");
              text = parts.pop();
              for (const part of parts) {
                const kind = part.match(/^event: (.*)$/m)?.[1];
                const data = part.match(/^data: (.*)$/m)?.[1];
                if (data) handlers[kind]?.(JSON.parse(data));
              }
            }
          } catch {}
        }

        video.addEventListener("playing", () => say(""));
        video.addEventListener("volumechange", () => { if (!video.muted) $("sound").hidden = true; });
        $("sound").onclick = () => { video.muted = false; video.play(); video.focus(); };
        $("quality").onchange = () => {
          if (!session) return;
          fetch(session + "/layer", {
            method: "POST", headers: headers({"Content-Type": "application/json"}),
            body: JSON.stringify({
              mediaId: $("quality").dataset.media, encodingId: $("quality").value || null,
            }),
          }).catch(() => {});
        };
        addEventListener("pagehide", leave);
        addEventListener("pageshow", event => { if (event.persisted) join(); });
        join();
        """#
}

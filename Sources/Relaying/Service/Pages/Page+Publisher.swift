import HTTP

extension Page {
    /// Publishes a camera and a microphone, or a screen.
    static func publisher(_ show: String) -> HTTPResponse {
        Page(
            title: "Publish \(show)", body: publisherBody(show), script: publisherScript,
            isFrameable: false
        ).response
    }

    private static func publisherBody(_ show: String) -> String {
        """
        <body data-show="\(show)">
        <header>
        <h1>Publish \(show)</h1>
        <span id="live" class="pill live" hidden>Live</span>
        <span id="figures" class="pill" hidden></span>
        </header>
        <main class="stage low">
        <video id="video" muted playsinline autoplay aria-label="What is sent"></video>
        </main>
        <p id="status" role="status" aria-live="polite">Asking for the camera…</p>
        \(tokenForm)
        <div class="row">
        <button id="go" class="main" disabled>Go live</button>
        <label>Camera <select id="camera"></select></label>
        <label>Microphone <select id="microphone"></select></label>
        </div>
        <div class="row">
        <label class="check"><input id="layers" type="checkbox">
        Send a small picture, too, for viewers on slow connections</label>
        <a href="/\(show)" target="_blank">Watch it as viewers see it</a>
        </div>
        <noscript>This page needs JavaScript to publish a camera.</noscript>
        </body>
        """
    }

    private static let publisherScript = #"""
        const endpoint = `/whip/${show}`;
        const video = $("video"), camera = $("camera"), microphone = $("microphone");
        const codecOrder = ["video/H264", "video/VP8", "video/VP9", "video/AV1"];
        let stream = null, peer = null, session = null, since = 0, timer = null, attempt = 0;
        let isWanted = false, lastBytes = 0;

        function explain(error) {
          switch (error.name) {
            case "NotAllowedError": return "The browser may not use the camera and microphone. "
              + "Allow it in the browser's settings for this page, then load the page again.";
            case "NotFoundError": return "There is no camera or microphone. Connect one.";
            case "NotReadableError": return "The camera or microphone is in use by another program, "
              + "or it does not work. Close the other program, or choose another one.";
            case "OverconstrainedError": return "The camera cannot do what was asked of it. "
              + "Choose another one.";
            default: return `The camera cannot be used: ${error.message || error.name}.`;
          }
        }

        function option(device, fallback, number) {
          return new Option(device.label || `${fallback} ${number + 1}`, device.deviceId);
        }

        async function listDevices() {
          const devices = await navigator.mediaDevices.enumerateDevices();
          const of = kind => devices.filter(device => device.kind === kind && device.deviceId);
          const fill = (select, options) => {
            const chosen = select.value;
            select.replaceChildren(...options);
            if ([...select.options].some(option => option.value === chosen)) select.value = chosen;
          };
          fill(camera, [
            ...of("videoinput").map((device, number) => option(device, "Camera", number)),
            ...(navigator.mediaDevices.getDisplayMedia
              ? [new Option("A screen or window…", "screen")] : []),
            new Option("No picture", "none"),
          ]);
          fill(microphone, [
            ...of("audioinput").map((device, number) => option(device, "Microphone", number)),
            new Option("No sound", "none"),
          ]);
          for (const [select, kind] of [[camera, "video"], [microphone, "audio"]]) {
            const id = stream?.getTracks().find(track => track.kind === kind)
              ?.getSettings().deviceId;
            if (id && select.value !== "screen") select.value = id;
          }
        }

        async function capture() {
          const wanted = {width: {ideal: 1280}, height: {ideal: 720}, frameRate: {ideal: 30}};
          const of = (value, more = {}) => value === "none" ? false
            : value ? {deviceId: {exact: value}, ...more} : more;
          const audio = of(microphone.value);
          const made = new MediaStream();
          const add = tracks => tracks.forEach(track => made.addTrack(track));
          if (camera.value === "screen") {
            add((await navigator.mediaDevices.getDisplayMedia({video: true})).getTracks());
            if (audio) {
              add((await navigator.mediaDevices.getUserMedia({audio})).getTracks());
            }
          } else {
            const picture = of(camera.value, wanted);
            if (audio || picture) {
              add((await navigator.mediaDevices.getUserMedia({video: picture, audio})).getTracks());
            }
          }
          return made;
        }

        async function prepare() {
          if (!navigator.mediaDevices) {
            return say("Browsers give a camera only to pages that are loaded by https, or from this "
              + "machine by http://localhost. Load this page that way.", "error");
          }
          try {
            const made = await capture();
            stream?.getTracks().forEach(track => track.stop());
            stream = made;
            video.srcObject = stream;
            await listDevices();
            for (const track of stream.getTracks()) {
              track.onended = () => say("The camera or microphone has gone. Choose another one.", "error");
            }
            $("go").disabled = stream.getTracks().length === 0;
            if (!isWanted) {
              say(stream.getTracks().length ? "Ready." : "There is nothing to send: choose a "
                + "camera or a microphone.");
            }
            if (peer) await exchangeTracks();
          } catch (error) {
            await listDevices().catch(() => {});
            say(explain(error), "error");
          }
        }

        // While on the air a device is exchanged without a new session where its kind was sent.
        async function exchangeTracks() {
          const senders = peer.getSenders().filter(sender => sender.track);
          const kinds = stream.getTracks().map(track => track.kind).sort().join();
          if (senders.map(sender => sender.track.kind).sort().join() !== kinds) return start();
          for (const sender of senders) {
            await sender.replaceTrack(
              stream.getTracks().find(track => track.kind === sender.track.kind));
          }
        }

        function preferCodecs(transceiver) {
          const codecs = RTCRtpSender.getCapabilities("video")?.codecs;
          if (!codecs || !transceiver.setCodecPreferences) return;
          const place = codec => {
            const index = codecOrder.indexOf(codec.mimeType);
            return index < 0 ? codecOrder.length : index;
          };
          transceiver.setCodecPreferences([...codecs].sort((a, b) => place(a) - place(b)));
        }

        function leave() {
          clearTimeout(timer);
          clearInterval(figuresTimer);
          if (peer) { peer.onconnectionstatechange = null; peer.close(); }
          if (session) end(session);
          peer = session = null;
          $("live").hidden = $("figures").hidden = true;
        }

        let figuresTimer = null;

        async function start() {
          leave();
          isWanted = true;
          $("layers").disabled = true;
          $("go").textContent = "End the show";
          say("Connecting…");
          try {
            const mine = peer = await newConnection(endpoint);
            for (const track of stream.getTracks()) {
              const transceiver = mine.addTransceiver(track, {
                direction: "sendonly", streams: [stream],
                sendEncodings: track.kind === "video" && $("layers").checked ? [
                  {rid: "small", scaleResolutionDownBy: 2, maxBitrate: 400000}, {rid: "large"},
                ] : undefined,
              });
              if (track.kind === "video") preferCodecs(transceiver);
            }
            mine.onconnectionstatechange = () => {
              switch (mine.connectionState) {
                case "connected": return onAir();
                case "disconnected": return say("The connection is interrupted…");
                case "failed": return again("The connection was lost. Connecting again…",
                  Math.min(8, 2 ** attempt++));
              }
            };
            const response = await negotiate(mine, endpoint);
            session = new URL(response.headers.get("Location"), location).pathname;
          } catch (error) {
            refused(error);
          }
        }

        function again(text, seconds) {
          leave();
          say(text);
          timer = setTimeout(start, seconds * 1000);
        }

        function stop(text, state) {
          isWanted = false;
          attempt = 0;
          since = 0;
          leave();
          $("layers").disabled = false;
          $("go").textContent = "Go live";
          say(text, state);
        }

        function refused(error) {
          if (!(error instanceof Refusal)) {
            return again("The server cannot be reached. Trying again…", Math.min(8, 2 ** attempt++));
          }
          switch (error.status) {
            case 401:
              stop(token ? "This token is not accepted." : "Publishing needs an access token.",
                "error");
              return askForToken(start);
            case 409: return stop("Somebody publishes this show already. End that one first.",
              "error");
            case 429: case 503: return again("The server is busy. Trying again…", error.wait);
            default: return stop(`The show cannot be published: ${error.message}.`, "error");
          }
        }

        function onAir() {
          attempt = 0;
          since ||= performance.now();
          lastBytes = 0;
          say("You are on the air.");
          $("live").hidden = false;
          figuresTimer = setInterval(figures, 1000);
          figures();
        }

        async function figures() {
          let bytes = 0;
          for (const [, entry] of await peer?.getStats() ?? []) {
            if (entry.type === "outbound-rtp") bytes += entry.bytesSent;
          }
          const seconds = Math.floor((performance.now() - since) / 1000);
          const clock = [seconds / 3600, seconds / 60 % 60, seconds % 60]
            .map(part => String(Math.floor(part)).padStart(2, "0")).join(":");
          const rate = Math.max(0, bytes - lastBytes) * 8 / 1e6;
          $("figures").hidden = false;
          $("figures").textContent = lastBytes ? `${clock} · ${rate.toFixed(1)} Mbit/s` : clock;
          lastBytes = bytes;
        }

        $("go").onclick = () => isWanted ? stop("The show has ended.") : start();
        camera.onchange = microphone.onchange = prepare;
        if (navigator.mediaDevices) {
          navigator.mediaDevices.ondevicechange = () => listDevices().catch(() => {});
        }
        addEventListener("pagehide", () => { if (session) leave(); });
        prepare();
        """#
}

extension ReplayScript {
    /// Steps the show's timeline with the video: what is pinned, sold and flashed at each frame.
    static let timeline = #"""
        // The moment of the media that the page shows, in milliseconds.
        let moment = 0;
        let standing = {pin: -1, rail: -1, change: -2};

        // All moments at which anything changes: while none is passed there is nothing to do.
        const changes = data.changes.map(ms => [ms]);

        function pinAt(ms) {
          const place = placeAt(data.pins, ms);
          return place < 0 ? null : data.pins[place][1];
        }

        function railAt(ms) {
          const place = placeAt(data.rails, ms);
          return place < 0 ? [] : data.rails[place][1];
        }

        // What a product cost in the show, or null: {minor, kind, until}.
        function priceAt(product, ms) {
          const place = placeAt(product.prices, ms);
          if (place < 0) return null;
          const [, minor, kind] = product.prices[place];
          if (minor === null) return null;
          return {minor, kind, until: product.prices[place + 1]?.[0] ?? null};
        }

        function wasSoldOutAt(product, ms) {
          const place = placeAt(product.sold_out, ms);
          return place >= 0 && product.sold_out[place][1];
        }

        // Frames have times such as 33.333 ms, and the timeline whole milliseconds.
        const tolerance = 0.5;

        function step(ms) {
          moment = Math.max(0, ms + tolerance);
          const change = placeAt(changes, moment);
          if (change !== standing.change) {
            standing.change = change;
            drawState();
          }
          drawTime();
        }

        function drawState() {
          drawHero(pinAt(moment));
          drawRail(railAt(moment));
        }

        // Where the video was sent. A frame that begins before that place is still shown there.
        let sentTo = null;

        function here() { return sentTo ?? video.currentTime * 1000; }

        function seekTo(ms) {
          const end = lengthMs();
          const target = Math.max(0, end ? Math.min(ms, end) : ms);
          sentTo = target;
          video.currentTime = target / 1000;
          step(target);
          drawChat();
        }

        function onFrame(_, frame) {
          if (!video.seeking && !video.paused) {
            let ms = frame.mediaTime * 1000;
            if (sentTo !== null) {
              if (ms < sentTo && sentTo - ms < 250) ms = sentTo; else sentTo = null;
            }
            step(ms);
          }
          video.requestVideoFrameCallback(onFrame);
        }

        if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(onFrame);

        video.addEventListener("timeupdate", () => {
          // A hidden page draws no frames.
          const hasFrames = video.requestVideoFrameCallback && !video.paused;
          if (hasFrames && !document.hidden) return drawChat();
          if (!video.paused) sentTo = null;
          step(here());
          drawChat();
        });
        for (const name of ["seeking", "seeked", "pause", "ended"]) {
          video.addEventListener(name, () => {
            // Somebody else than the page may have moved it.
            if (sentTo !== null && Math.abs(sentTo - video.currentTime * 1000) > 250) sentTo = null;
            step(here());
            drawChat();
          });
        }
        """#
}

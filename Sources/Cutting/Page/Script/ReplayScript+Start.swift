extension ReplayScript {
    /// The first picture of the page.
    static let start = #"""
        drawPlay();
        drawSound();
        drawShape();
        show($("full"), "full", "Full screen");
        drawChapters();
        const first = wantedTime();
        if (first === null) {
          step(0);
        } else {
          seekTo(first);
          // Some browsers forget where they were sent before they knew the video.
          video.addEventListener("loadedmetadata", () => {
            if (sentTo !== null) video.currentTime = sentTo / 1000;
          }, {once: true});
        }
        watchStock();
        document.documentElement.dataset.ready = "";
        """#
}

extension ReplayScript {
    /// What the page around this one is told, for its analytics and its cart.
    static let host = #"""
        // Events of the document, and messages to the page that shows this one in a frame. Gives
        // false where somebody has taken care of it: preventDefault() of the event.
        function tell(name, product, more = {}) {
          const detail = {
            show: data.show ?? null, t: Math.floor(moment / 1000), sku: product.sku,
            title: product.title, ...more,
          };
          const event = new CustomEvent("lc:" + name, {detail, bubbles: true, cancelable: true});
          const goesOn = document.dispatchEvent(event);
          if (shop.host_origin && parent !== window) {
            parent.postMessage({type: "lc:" + name, detail}, shop.host_origin);
          }
          return goesOn;
        }

        // The page around this one may move the video.
        addEventListener("message", event => {
          if (!shop.host_origin || event.source !== parent || parent === window) return;
          if (event.origin !== shop.host_origin) return;
          switch (event.data?.type) {
            case "lc:seek": if (Number.isFinite(event.data.t)) seekTo(event.data.t * 1000); break;
            case "lc:play": video.play().catch(() => {}); break;
            case "lc:pause": video.pause(); break;
          }
        });
        """#
}

extension ReplayScript {
    /// All that the show sells at the moment, in its order.
    static let rail = #"""
        const cards = new Map();
        let railShown = null;

        function makeCard(index) {
          const product = products[index];
          const card = {...makeOffer(), product, isShown: false};
          card.title = titleOf(product, "h3");
          card.badge = make("span", {className: "badge", textContent: "Shown now", hidden: true});
          card.seen = make("button", {className: "moment", type: "button", hidden: true});
          if (product.first !== null) {
            card.seen.hidden = false;
            card.seen.append(icon("play"), make("span", {textContent: clock(product.first)}));
            card.seen.ariaLabel = `Show ${product.title} in the video at ${spoken(product.first)}`;
            card.seen.addEventListener("click", () => {
              seekTo(product.first);
              video.play().catch(() => {});
            });
          }
          card.buy.addEventListener("click", () => buy(product, 1, card.buy));
          card.element = make("li", {className: "card"},
            picture(product, 88),
            make("div", {className: "about"}, card.badge, card.title,
              make("p", {className: "small", dir: "auto", textContent: product.about ?? ""}),
              card.flash, card.prices, card.then, card.stock),
            make("div", {className: "actions"}, card.buy, card.waitlist, card.seen));
          card.element.dataset.sku = product.sku;
          return card;
        }

        function drawRail(indices) {
          const pin = pinAt(moment);
          const key = indices.join();
          if (key !== railShown) {
            railShown = key;
            for (const card of cards.values()) card.isShown = false;
            const wanted = indices.map(index => {
              if (!cards.has(index)) cards.set(index, makeCard(index));
              const card = cards.get(index);
              card.isShown = true;
              return card.element;
            });
            arrange($("rail"), wanted);
            $("no-rail").hidden = indices.length > 0;
            put($("count-products"), indices.length ? String(indices.length) : "");
          }
          for (const index of indices) {
            const card = cards.get(index);
            const isPinned = index === pin;
            card.badge.hidden = !isPinned;
            card.element.classList.toggle("pinned", isPinned);
            card.element.ariaCurrent = isPinned ? "true" : null;
            drawOffer(card, card.product);
          }
        }

        // Leaves those in place that stand right, so that the focus stays where it is.
        function arrange(list, wanted) {
          const isWanted = new Set(wanted);
          for (const each of [...list.children]) if (!isWanted.has(each)) each.remove();
          let place = list.firstElementChild;
          for (const each of wanted) {
            if (each === place) place = place.nextElementSibling;
            else list.insertBefore(each, place);
          }
        }
        """#
}

extension ReplayScript {
    /// A product as it stands: what it costs now, what it cost in the show, whether it is there.
    static let products = #"""
        const products = data.products;

        // Those that are in sight.
        function watched() {
          const seen = new Set(railAt(moment));
          const pin = pinAt(moment);
          if (pin !== null) seen.add(pin);
          return [...seen].map(index => products[index]);
        }

        const stockWords = {
          there: () => "In stock",
          low: now => `Only ${now.available} left`,
          out: () => "Sold out",
          gone: () => "Not sold any more",
          asking: () => "Checking stock…",
          unknown: () => "Stock cannot be checked right now",
          untold: () => "",
        };

        function describe(product) {
          const now = standingOf(product);
          const then = priceAt(product, moment);
          const current = now.price ?? null;
          const words = {
            kind: now.kind, stock: stockWords[now.kind](now),
            canBuy: !["out", "gone"].includes(now.kind),
            price: "", now: "", was: "", then: "",
            isFlash: then?.kind === "flash", until: then?.until ?? null,
          };
          if (current !== null) {
            words.price = money(current, now.currency);
            if (now.was > current) words.was = money(now.was, now.currency);
            if (then && then.minor !== current) {
              words.now = " now";
              if (!words.isFlash) words.then = `In the show: ${money(then.minor)}`;
            }
          } else {
            if (then && !words.isFlash) words.then = `In the show: ${money(then.minor)}`;
            // What it cost then is not what it costs.
            if (words.canBuy) {
              words.then += words.then ? " · now: see checkout" : "Price at checkout";
            }
          }
          return words;
        }

        // The parts that a card and the hero have in common.
        function makeOffer() {
          const parts = {
            price: make("span", {className: "price"}),
            now: make("span", {className: "now"}),
            wasLabel: make("span", {className: "hush", textContent: "instead of "}),
            was: make("s", {className: "was"}),
            then: make("p", {className: "then"}),
            flash: make("span", {className: "flash-mark", hidden: true}),
            stock: make("p", {className: "stock"}),
            buy: make("button", {className: "buy", type: "button"}),
            waitlist: make(
              "a", {className: "waitlist", textContent: "Join the waitlist", hidden: true}),
          };
          parts.prices = make(
            "p", {className: "prices"}, parts.price, parts.now, " ", parts.wasLabel, parts.was);
          parts.flash.append(icon("flash"), make("span"));
          return parts;
        }

        function drawOffer(parts, product) {
          const words = describe(product);
          put(parts.price, words.price);
          put(parts.now, words.now);
          put(parts.was, words.was);
          parts.was.hidden = parts.wasLabel.hidden = !words.was;
          parts.prices.hidden = !words.price;
          put(parts.then, words.then);
          parts.then.hidden = !words.then;
          put(parts.stock, words.stock);
          parts.stock.hidden = !words.stock;
          parts.stock.dataset.kind = words.kind;
          drawFlash(parts, product);
          const isBusy = buying.has(product.sku);
          // Not "disabled": who stands on it with the keyboard keeps the place and hears why.
          parts.buy.ariaDisabled = String(!words.canBuy || isBusy);
          const text = words.kind === "out" ? "Sold out" : words.kind === "gone" ? "Not sold"
            : isBusy ? "One moment…" : held.has(product.sku) ? "Reserved"
            : words.price ? `Buy · ${words.price}` : "Buy";
          put(parts.buy, text);
          parts.buy.ariaLabel = words.kind === "out" || words.kind === "gone"
            ? `${product.title}: ${text.toLowerCase()}`
            : isBusy ? `${product.title}: one moment`
            : held.has(product.sku) ? `${product.title}: see what is reserved`
            : `Buy ${product.title}` + (words.price ? ` for ${words.price}` : "");
          const waits = words.kind === "out" && shop.waitlist;
          parts.waitlist.hidden = !waits;
          if (waits) {
            parts.waitlist.href = fill(shop.waitlist, placeholders(product, 1));
            parts.waitlist.ariaLabel = `Join the waitlist for ${product.title}`;
          }
        }

        function drawFlash(parts, product) {
          const then = priceAt(product, moment);
          const isFlash = then?.kind === "flash";
          parts.flash.hidden = !isFlash;
          if (!isFlash) return;
          const end = then.until === null ? "" : ` until ${clock(then.until)}`;
          put(parts.flash.lastChild, `Flash in the show: ${money(then.minor)}${end}`);
        }

        function picture(product, size) {
          const frame = make("div", {className: "picture"});
          frame.setAttribute("aria-hidden", "true");
          const letter = () => frame.replaceChildren(
            make("span", {textContent: [...product.title][0] ?? "?"}));
          if (!product.image) {
            letter();
          } else {
            const image = make("img", {
              alt: "", width: size, height: size, loading: "lazy", decoding: "async",
              referrerPolicy: "no-referrer",
            });
            image.addEventListener("error", letter);
            image.src = product.image;
            frame.append(image);
          }
          return frame;
        }

        function titleOf(product, tag) {
          const name = make(tag, {className: "title", dir: "auto"});
          if (product.page) {
            const link = make("a", {
              href: product.page, textContent: product.title, target: "_blank", rel: "noopener",
            });
            link.addEventListener("click", () => tell("product-view", product, {by: "link"}));
            name.append(link);
          } else {
            name.textContent = product.title;
          }
          return name;
        }

        function drawStock() {
          if (heroProduct) drawOffer(heroParts, heroProduct);
          for (const card of cards.values()) if (card.isShown) drawOffer(card, card.product);
        }
        """#
}

extension ReplayScript {
    /// From a button to the checkout, with a reservation on the way where the shop makes them.
    static let buying = #"""
        // By SKU, while it is under way: a second press waits with the first.
        const buying = new Map();
        const buyLimit = 15000, freshLimit = 3000;

        function buyer() {
          let name = kept("localStorage", "lc-buyer");
          if (!/^web-[0-9a-f]{32}$/.test(name ?? "")) {
            name = memory.buyer ??= "web-" + random();
            keep("localStorage", "lc-buyer", name);
          }
          return name;
        }

        // The same wish has the same key until somebody has answered it, whatever is pressed, and
        // whether or not the page is loaded again: nothing is reserved twice.
        const memory = {keys: new Map()};

        function wishName(product, quantity) {
          return ["lc-key", data.show ?? "", product.sku, quantity].join(":");
        }

        function keyOf(product, quantity) {
          const name = wishName(product, quantity);
          const key = kept("sessionStorage", name) ?? memory.keys.get(name) ?? "buy-" + random();
          memory.keys.set(name, key);
          keep("sessionStorage", name, key);
          return key;
        }

        function concluded(product, quantity) {
          const name = wishName(product, quantity);
          memory.keys.delete(name);
          keep("sessionStorage", name, null);
        }

        function placeholders(product, quantity, reservation = "") {
          return {
            sku: product.sku, show: data.show ?? "", t: Math.floor(moment / 1000), quantity,
            reservation,
          };
        }

        function buy(product, quantity, button) {
          if (held.has(product.sku)) return openHold(held.get(product.sku));
          if (buying.has(product.sku)) return;
          if (!describe(product).canBuy) return tellGone(product);
          note("");
          const opensTab = !shop.reserve && (shop.new_tab || parent !== window);
          // A tab must be opened while the press lasts; where to, is known later.
          const tab = opensTab ? open("about:blank", "_blank") : null;
          if (tab) tab.opener = null;
          const work = purchase(product, quantity, tab).catch(() => {
            tab?.close();
            note("That did not work. Please try again.", true);
          }).finally(() => {
            buying.delete(product.sku);
            drawStock();
          });
          buying.set(product.sku, work);
          drawStock();
          return work;
        }

        function tellGone(product, words = "") {
          note(words || (standingOf(product).kind === "gone"
            ? `${product.title} is not sold any more.` : `${product.title} is sold out.`), true);
        }

        async function purchase(product, quantity, tab) {
          // A shop that is slow to tell what it has does not keep anybody from asking for it.
          const late = new Promise(resolve => setTimeout(resolve, freshLimit, false));
          await Promise.race([askStock(), late]);
          const now = standingOf(product);
          if (now.kind === "out" || now.kind === "gone") {
            tab?.close();
            return tellGone(product,
              now.kind === "out" ? `${product.title} has just sold out.` : "");
          }
          if (now.available < quantity) {
            tab?.close();
            return note(`Only ${now.available} left of ${product.title}.`, true);
          }
          const price = {quantity, price_minor: now.price ?? null, currency: now.currency ?? null};
          if (shop.reserve) return reserve(product, quantity);
          if (!tell("add-to-cart", product, price)) return tab?.close();
          const url = fill(shop.checkout, placeholders(product, quantity));
          if (tab) {
            tab.location.replace(url);
            return note(`${product.title}: the checkout is in a new tab.`);
          }
          note("To the checkout…");
          location.assign(url);
          // The page is going away; the button rests until then.
          await new Promise(resolve => setTimeout(resolve, 4000));
        }

        async function reserve(product, quantity) {
          const key = keyOf(product, quantity);
          let response, answer;
          try {
            response = await fetch(shop.reserve, {
              method: "POST", signal: AbortSignal.timeout(buyLimit),
              headers: {"Content-Type": "application/json", "Idempotency-Key": key},
              body: JSON.stringify({
                sku: product.sku, quantity, show: data.show ?? null, buyer: buyer(),
                idempotency_key: key,
              }),
            });
            answer = await response.json();
          } catch {
            // It may have been done. The next press asks with the same key.
            return note("The shop cannot be reached, so it is not known whether "
              + `${product.title} is reserved. Press again: nothing is reserved twice.`, true);
          }
          if (response.ok && answer?.schema === "lc.reservation/1") {
            concluded(product, quantity);
            return reserved(product, quantity, answer, response.headers.get("Date"));
          }
          if (response.status === 429 || response.status >= 500) {
            return note(
              "The shop is busy. Press again in a moment: nothing is reserved twice.", true);
          }
          concluded(product, quantity);
          const short = answer?.shortages?.find?.(each => each?.sku === product.sku);
          if (!short) {
            askStock();
            return note(response.status === 404
              ? `${product.title} is not sold any more.`
              : `The shop could not reserve ${product.title}`
                + (typeof answer?.message === "string" ? `: ${answer.message}.` : "."), true);
          }
          learn(product.sku, short.available);
          if (short.available > 0) {
            return note(`Only ${short.available} left of ${product.title}. `
              + "Nothing was reserved.", true);
          }
          note(
            `${product.title} has just sold out: somebody was faster. Nothing was reserved.`, true);
          tell("sold-out", product);
        }

        addEventListener("pageshow", event => {
          if (!event.persisted) return;
          buying.clear();
          drawStock();
          askStock();
        });
        """#
}

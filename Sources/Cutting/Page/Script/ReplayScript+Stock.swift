extension ReplayScript {
    /// Asks the shop what it has now. What was not answered just now is never shown as certain.
    static let stock = #"""
        const stock = {skus: new Map(), at: -Infinity, hasFailed: false, asking: null, timer: 0};
        const askLimit = 8000, slowest = 60000;
        let failures = 0;

        function isCertain() {
          return !stock.hasFailed && performance.now() - stock.at < 3 * shop.poll_ms;
        }

        // How a product stands in the shop now. Without a stock document nobody knows.
        function standingOf(product) {
          if (!shop.stock) return {kind: "untold"};
          if (!isCertain()) return {kind: stock.hasFailed ? "unknown" : "asking"};
          const sku = stock.skus.get(product.sku);
          if (!sku) return {kind: "gone"};
          const kind = sku.available <= 0 ? "out" : sku.available <= 5 ? "low" : "there";
          return {kind, ...sku};
        }

        function readStock(document) {
          const list = Array.isArray(document?.skus) ? document.skus
            : document?.schema === "lc.sku/1" ? [document] : null;
          if (!list) throw new TypeError("no list of SKUs");
          const whole = number => Number.isSafeInteger(number) && number >= 0 ? number : null;
          const read = new Map();
          for (const each of list) {
            const available = whole(each?.available);
            if (typeof each?.sku !== "string" || available === null) continue;
            const currency = /^[A-Z]{3}$/.test(each.currency) ? each.currency : data.currency;
            read.set(each.sku, {
              available, currency, price: whole(each.price_minor),
              was: whole(each.compare_at_price_minor),
            });
          }
          return read;
        }

        async function fetchStock() {
          try {
            const response = await fetch(shop.stock, {
              cache: "no-store", signal: AbortSignal.timeout(askLimit),
            });
            if (!response.ok) throw new Error(String(response.status));
            takeStock(readStock(await response.json()));
            return true;
          } catch {
            failures += 1;
            stock.hasFailed = true;
            drawStock();
            return false;
          }
        }

        // Whoever asks while an answer is on its way waits for that one.
        function askStock() {
          if (!shop.stock) return Promise.resolve(false);
          stock.asking ??= fetchStock().finally(() => {
            stock.asking = null;
            planStock();
          });
          return stock.asking;
        }

        function planStock() {
          clearTimeout(stock.timer);
          if (document.hidden) return;
          const wait = Math.min(Math.max(slowest, shop.poll_ms),
            shop.poll_ms * 2 ** Math.min(failures, 6));
          // Not all viewers at the same moment.
          stock.timer = setTimeout(askStock, wait * (0.9 + 0.2 * Math.random()));
        }

        function takeStock(skus) {
          const before = stock.skus;
          const wasKnown = stock.at > 0;
          Object.assign(stock, {skus, at: performance.now(), hasFailed: false});
          failures = 0;
          if (wasKnown) {
            for (const product of watched()) {
              const [old, now] = [before.get(product.sku), skus.get(product.sku)];
              if (old?.available > 0 && !(now?.available > 0)) tellSoldOut(product);
              if (now?.available > 0 && old?.available === 0) {
                say(`${product.title} is available again`);
              }
            }
          }
          drawStock();
        }

        // The shop has said it in an answer to something else.
        function learn(sku, available) {
          const known = stock.skus.get(sku);
          if (!known || !Number.isSafeInteger(available)) return;
          stock.skus.set(sku, {...known, available: Math.max(0, available)});
          drawStock();
        }

        function tellSoldOut(product) {
          say(`${product.title} is sold out`);
          tell("sold-out", product);
        }

        function watchStock() {
          if (!shop.stock) return;
          const wake = () => {
            if (document.hidden) return clearTimeout(stock.timer);
            drawStock();
            askStock();
          };
          document.addEventListener("visibilitychange", wake);
          addEventListener("focus", wake);
          addEventListener("online", wake);
          addEventListener("offline", () => {
            stock.hasFailed = true;
            drawStock();
          });
          // What grows old is not shown as new.
          setInterval(() => { if (!isCertain()) drawStock(); }, 1000);
          askStock();
        }
        """#
}

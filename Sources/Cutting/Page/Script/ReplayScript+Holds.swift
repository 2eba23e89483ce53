extension ReplayScript {
    /// What is reserved, how long it stays so, and the way from there to the checkout.
    static let holds = #"""
        // By SKU: {product, quantity, reservation, until, total, currency, url}.
        const held = new Map();
        let shownHold = null;

        // By the shop's clock where it says it, so that a wrong clock here does no harm.
        function holdLength(answer, date) {
          const end = Date.parse(answer.expires_at ?? "");
          const begin = Date.parse(date ?? "") || Date.parse(answer.held_at ?? "");
          return Number.isFinite(end - begin) ? Math.max(0, end - begin) : null;
        }

        function reserved(product, quantity, answer, date) {
          if (answer.state && !["held", "paying", "confirmed"].includes(answer.state)) {
            return note(
              `The reservation of ${product.title} is over. Press again for a new one.`, true);
          }
          const length = holdLength(answer, date);
          const hold = {
            product, quantity, reservation: String(answer.reservation ?? ""),
            until: length === null ? null : performance.now() + length,
            total: answer.total_minor, currency: answer.currency,
          };
          hold.url = fill(shop.checkout, placeholders(product, quantity, hold.reservation));
          held.set(product.sku, hold);
          const level = answer.stock?.find?.(each => each?.sku === product.sku);
          if (level) learn(product.sku, level.available);
          tell("add-to-cart", product, {
            quantity, price_minor: answer.lines?.[0]?.unit_price_minor ?? null,
            currency: answer.currency ?? null, reservation: hold.reservation,
          });
          openHold(hold);
          drawHolds();
        }

        function openHold(hold) {
          shownHold = hold;
          put($("hold-what"), `${hold.quantity} × ${hold.product.title}`);
          put($("hold-total"), money(hold.total, hold.currency));
          $("hold-go").href = hold.url;
          $("hold-go").target = shop.new_tab || parent !== window ? "_blank" : "_self";
          drawHoldTime();
          if (!$("hold").open) $("hold").showModal();
          $("hold-go").focus();
        }

        function leftOf(hold) {
          return hold.until === null ? null : Math.max(0, hold.until - performance.now());
        }

        function drawHoldTime() {
          if (!shownHold) return;
          const left = leftOf(shownHold);
          put($("hold-time"), left === null ? "" : `Held for you for ${clock(left + 999)}`);
        }

        function drawHolds() {
          for (const hold of [...held.values()]) {
            if (leftOf(hold) !== 0) continue;
            held.delete(hold.product.sku);
            if (shownHold === hold) $("hold").close();
            note(`The time for ${hold.product.title} is over; it is not reserved any more.`, true);
            drawStock();
            askStock();
          }
          drawHoldTime();
          const hold = [...held.values()].at(-1);
          $("held").hidden = !hold;
          if (!hold) return;
          const left = leftOf(hold);
          put($("held-what"), `${hold.quantity} × ${hold.product.title} reserved`
            + (left === null ? "" : ` for ${clock(left + 999)}`));
        }

        $("held-open").addEventListener("click", () => {
          const hold = [...held.values()].at(-1);
          if (hold) openHold(hold);
        });
        $("hold-later").addEventListener("click", () => $("hold").close());
        $("hold").addEventListener("close", () => {
          shownHold = null;
          drawStock();
        });
        $("hold-go").addEventListener("click", () => {
          if (!shownHold) return;
          const {product, quantity, reservation} = shownHold;
          tell("checkout", product, {quantity, reservation});
        });
        setInterval(() => { if (held.size) drawHolds(); }, 500);
        """#
}

extension ReplayScript {
    /// The pinned product, beside the video.
    static let hero = #"""
        const heroParts = makeOffer();
        let heroProduct = null, heroSince = 0, isHeroHeld = false, viewTimer = 0;

        function drawHero(index) {
          // What a finger lies on does not change under it.
          if (isHeroHeld) return;
          const product = index === null ? null : products[index];
          $("hero").hidden = !product;
          $("no-hero").hidden = Boolean(product);
          if (product === heroProduct) {
            if (product) drawOffer(heroParts, product);
            return;
          }
          heroProduct = product;
          heroSince = performance.now();
          clearTimeout(viewTimer);
          $("hero").dataset.sku = product?.sku ?? "";
          if (!product) return;
          $("hero-picture").replaceChildren(picture(product, 160));
          const title = titleOf(product, "h2");
          title.id = "hero-title";
          $("hero-title").replaceWith(title);
          put($("hero-about"), product.about ?? "");
          $("quantity").value = "1";
          drawOffer(heroParts, product);
          const then = priceAt(product, moment);
          say(`Shown now: ${product.title}` + (then ? `, ${money(then.minor)} in the show` : ""));
          // Who only passes by on the way to another place has not seen it.
          viewTimer = setTimeout(() => tell("product-view", product, {by: "pin"}), 1000);
        }

        $("hero-offer").append(
          heroParts.flash, heroParts.prices, heroParts.then, heroParts.stock);
        $("hero-buy").append(heroParts.buy, heroParts.waitlist);
        heroParts.buy.id = "hero-button";
        for (let count = 1; count <= shop.most; count += 1) {
          $("quantity").append(new Option(String(count), String(count)));
        }

        heroParts.buy.addEventListener("pointerdown", () => { isHeroHeld = true; });
        for (const name of ["pointerup", "pointercancel"]) {
          addEventListener(name, () => {
            if (!isHeroHeld) return;
            // After the click that belongs to it.
            setTimeout(() => {
              isHeroHeld = false;
              drawHero(pinAt(moment));
            });
          });
        }

        heroParts.buy.addEventListener("click", event => {
          if (!heroProduct) return;
          if (event.isTrusted && performance.now() - heroSince < 400) {
            return note(`This is ${heroProduct.title} now. Press again to buy it.`);
          }
          buy(heroProduct, Number($("quantity").value) || 1, heroParts.buy);
        });
        """#
}

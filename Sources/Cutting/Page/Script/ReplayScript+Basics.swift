extension ReplayScript {
    /// What all parts use: elements, money, times, words for the reader's eyes and ears.
    static let basics = #"""
        const $ = id => document.getElementById(id);
        const data = JSON.parse($("replay").textContent);
        const shop = data.shop;
        const video = $("video");
        const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;

        // Elements are only ever made and filled as text: nothing that is shown is read as HTML.
        function make(tag, properties = {}, ...children) {
          const element = Object.assign(document.createElement(tag), properties);
          element.append(...children);
          return element;
        }

        function put(element, text) {
          if (element.textContent !== text) element.textContent = text;
        }

        // Icons are in the page once, as symbols.
        function icon(name) {
          const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
          const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
          use.setAttribute("href", "#icon-" + name);
          svg.setAttribute("aria-hidden", "true");
          svg.append(use);
          return svg;
        }

        function show(button, iconName, label) {
          if (button.dataset.icon !== iconName) {
            button.dataset.icon = iconName;
            button.replaceChildren(icon(iconName));
          }
          button.ariaLabel = label;
          button.title = label;
        }

        const moneyForms = new Map();

        function money(minor, currency = data.currency) {
          if (!Number.isSafeInteger(minor)) return "";
          if (!currency) return (minor / 100).toFixed(2);
          let form = moneyForms.get(currency);
          if (!form) {
            const isOurs = currency === data.currency && data.decimals !== undefined;
            const digits = isOurs
              ? {minimumFractionDigits: data.decimals, maximumFractionDigits: data.decimals} : {};
            form = new Intl.NumberFormat(document.documentElement.lang, {
              style: "currency", currency, ...digits,
            });
            moneyForms.set(currency, form);
          }
          return form.format(minor / 10 ** form.resolvedOptions().maximumFractionDigits);
        }

        // 1:02:03 to see, "1 hour 2 minutes 3 seconds" to hear.
        function clock(ms) {
          const total = Math.max(0, Math.floor(ms / 1000 + 1e-6));
          const two = number => String(number).padStart(2, "0");
          const [hours, minutes, seconds] =
            [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
          return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
        }

        function spoken(ms) {
          const total = Math.max(0, Math.floor(ms / 1000 + 1e-6));
          const parts = [
            [Math.floor(total / 3600), "hour"], [Math.floor(total / 60) % 60, "minute"],
            [total % 60, "second"],
          ].filter(([count]) => count);
          return parts.map(([count, word]) => `${count} ${word}${count === 1 ? "" : "s"}`).join(" ")
            || "0 seconds";
        }

        // For screen readers; what comes close together is said together.
        let sayings = [], sayTimer = 0;

        function say(text) {
          sayings = [...sayings.filter(each => each !== text), text].slice(-3);
          clearTimeout(sayTimer);
          sayTimer = setTimeout(() => {
            $("say").textContent = sayings.join(". ");
            sayings = [];
          }, 400);
        }

        let noteTimer = 0;

        // For everybody. What is bad stays until something else is said.
        function note(text, isBad = false) {
          clearTimeout(noteTimer);
          $("note").textContent = text;
          $("note-close").hidden = !text;
          $("note-box").className = text ? isBad ? "shown bad" : "shown" : "";
          if (text && !isBad) noteTimer = setTimeout(() => note(""), 6000);
        }

        $("note-close").addEventListener("click", () => note(""));

        function fill(template, values) {
          return template.replace(/\{([a-z]+)\}/g, (_, name) =>
            encodeURIComponent(String(values[name] ?? "")));
        }

        // Some browsers keep nothing for pages from files, or for anybody.
        function keep(storage, name, value) {
          try {
            if (value === null) window[storage].removeItem(name);
            else window[storage].setItem(name, value);
          } catch {}
        }

        function kept(storage, name) {
          try { return window[storage].getItem(name); } catch { return null; }
        }

        function random() {
          const bytes = crypto.getRandomValues(new Uint8Array(16));
          return Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join("");
        }

        // The place in a list of [ms, …] of what counts at a moment; -1 before the first.
        function placeAt(list, ms) {
          let low = 0, high = list.length;
          while (low < high) {
            const middle = (low + high) >> 1;
            if (list[middle][0] <= ms) low = middle + 1; else high = middle;
          }
          return low - 1;
        }
        """#
}

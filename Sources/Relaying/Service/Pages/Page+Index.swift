import HTTP

extension Page {
    /// The way to shows, for whoever types only the address of the relay.
    static var index: HTTPResponse {
        Page(title: "Shows", body: indexBody, script: indexScript, isFrameable: true).response
    }

    private static let indexBody = """
        <body>
        <header><h1>Shows</h1></header>
        <main>
        <p id="status" role="status" aria-live="polite">Looking…</p>
        <ul id="shows"></ul>
        <form id="form" class="row">
        <label>Name of a show <input id="name" required pattern="[A-Za-z0-9._~\\-]{1,128}"
        title="letters, digits, and - . _ ~" autocapitalize="off" spellcheck="false"></label>
        <button>Watch</button>
        <button id="publish" type="submit">Publish</button>
        </form>
        </main>
        <noscript>This page needs JavaScript.</noscript>
        </body>
        """

    private static let indexScript = #"""
        async function look() {
          const response = await fetch("/shows").catch(() => null);
          if (response?.status === 401) return say("Type the name of a show.");
          if (!response?.ok) return say("The server cannot be reached.", "error");
          const shows = (await response.json()).shows.filter(show => show.is_active);
          say(shows.length ? "On the air:" : "Nothing is on the air now.");
          $("shows").replaceChildren(...shows.map(show => {
            const link = document.createElement("a");
            link.href = "/" + show.name;
            link.textContent = `${show.name} (${show.viewer_count} watching)`;
            const item = document.createElement("li");
            item.append(link);
            return item;
          }));
        }

        $("form").onsubmit = event => {
          event.preventDefault();
          const publishes = event.submitter === $("publish");
          location.href = "/" + $("name").value + (publishes ? "/publish" : "");
        };
        look();
        """#
}

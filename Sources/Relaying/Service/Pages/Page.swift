import HTTP

/// A page for browsers: one document with its style and its script, and nothing from elsewhere.
struct Page {
    let title: String
    let body: String
    let script: String
    /// Whether other sites may show it in a frame.
    let isFrameable: Bool

    var response: HTTPResponse {
        var random = SystemRandomNumberGenerator()
        let nonce =
            String(random.next() as UInt64, radix: 36) + String(random.next() as UInt64, radix: 36)
        let text = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title)</title>
            <link rel="icon" href="data:,">
            <style nonce="\(nonce)">
            \(Self.style)
            </style>
            </head>
            \(body)
            <script nonce="\(nonce)">
            "use strict";
            \(Self.sharedScript)
            \(script)
            </script>
            </html>

            """
        let policy = [
            "default-src 'none'", "script-src 'nonce-\(nonce)'", "style-src 'nonce-\(nonce)'",
            "connect-src 'self'", "media-src 'self' blob: mediastream:", "img-src 'self' data:",
            "base-uri 'none'", "form-action 'none'",
        ]
        let frames = isFrameable ? [] : ["frame-ancestors 'none'"]
        return HTTPResponse(
            status: 200,
            fields: HTTPFields([
                ("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-cache"),
                ("Content-Security-Policy", (policy + frames).joined(separator: "; ")),
                ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
            ]), body: Array(text.utf8))
    }

    private static let style = """
        :root { color-scheme: light dark; --accent: #c2185b; --soft: #8883; }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 1rem; max-width: 68rem; min-height: 100vh;
          font: 1rem/1.5 system-ui, sans-serif; display: flex; flex-direction: column; gap: .8rem; }
        header, .row { display: flex; flex-wrap: wrap; align-items: center; gap: .6rem 1rem; }
        .row { align-items: end; }
        h1 { font-size: 1.25rem; margin: 0; overflow-wrap: anywhere; flex: 1; }
        .stage { position: relative; background: #000; border-radius: .6rem; overflow: hidden;
          aspect-ratio: 16 / 9; max-height: calc(100vh - 9rem); }
        video { width: 100%; height: 100%; display: block; object-fit: contain; }
        button, select, input { font: inherit; padding: .55rem .9rem; border-radius: .5rem;
          border: 1px solid var(--soft); min-height: 2.75rem; max-width: 100%; }
        button { cursor: pointer; font-weight: 600; }
        button.main { background: var(--accent); color: #fff; border-color: transparent;
          font-size: 1.15rem; padding: .7rem 1.6rem; }
        button:disabled { opacity: .55; cursor: default; }
        :focus-visible { outline: 3px solid #4a90e2; outline-offset: 2px; }
        .stage.low { max-height: calc(100vh - 17.5rem); min-height: 12rem; }
        .stage #status { position: absolute; inset: 0; display: grid; place-items: center;
          padding: 2rem; text-align: center; font-size: 1.15rem; color: #fff; background: #000b;
          pointer-events: none; border: 0; }
        .stage #status:empty { display: none; }
        .over { position: absolute; inset: auto auto 4.5rem 1rem; }
        .pill { background: var(--soft); border-radius: 1rem; padding: .1rem .8rem;
          font-variant-numeric: tabular-nums; white-space: nowrap; }
        .pill.live { background: var(--accent); color: #fff; }
        #status { margin: 0; }
        #status[data-state="error"] { font-weight: 600; border-left: .3rem solid var(--accent);
          padding-left: .7rem; }
        label { display: flex; flex-direction: column; font-size: .9rem; gap: .2rem;
          flex: 1 1 14rem; }
        label.check { flex-direction: row; align-items: center; font-size: 1rem; gap: .6rem; }
        label.check input { min-height: 1.3rem; width: 1.3rem; }
        [hidden] { display: none !important; }
        """

    /// What the pages have in common: words on the page, tokens, refusals, ICE servers.
    private static let sharedScript = #"""
        const $ = id => document.getElementById(id);
        const show = document.body.dataset.show ?? "";
        // What stands behind a # never leaves the browser by itself.
        let token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";

        function say(text, state = "") {
          $("status").textContent = text;
          $("status").dataset.state = state;
        }

        function headers(more = {}) {
          return token ? {...more, Authorization: `Bearer ${token}`} : more;
        }

        function iceServers(response) {
          const links = (response.headers.get("Link") ?? "").split(/,\s*(?=<)/);
          const value = (link, name) => link.match(new RegExp(`${name}="([^"]*)"`))?.[1];
          return links.filter(link => value(link, "rel") === "ice-server").map(link => ({
            urls: link.match(/<([^>]+)>/)[1],
            username: value(link, "username"), credential: value(link, "credential"),
          }));
        }

        async function newConnection(endpoint) {
          const response = await fetch(endpoint, {method: "OPTIONS", headers: headers()});
          return new RTCPeerConnection({
            bundlePolicy: "max-bundle", iceServers: iceServers(response),
          });
        }

        class Refusal extends Error {
          constructor(status, title, wait) {
            super(title);
            this.status = status;
            this.wait = wait;
          }
        }

        // Sends the offer and takes the answer; gives the answer's response.
        async function negotiate(peer, endpoint) {
          await peer.setLocalDescription();
          const response = await fetch(endpoint, {
            method: "POST", body: peer.localDescription.sdp,
            headers: headers({"Content-Type": "application/sdp"}),
          });
          const text = await response.text();
          if (response.status !== 201) {
            let title = `the server answered ${response.status}`;
            try { title = JSON.parse(text).title ?? title; } catch {}
            throw new Refusal(response.status, title,
              Number(response.headers.get("Retry-After")) || 3);
          }
          await peer.setRemoteDescription({type: "answer", sdp: text});
          return response;
        }

        function end(session) {
          fetch(session, {method: "DELETE", headers: headers(), keepalive: true}).catch(() => {});
        }

        function askForToken(then) {
          $("token-form").hidden = false;
          $("token").focus();
          $("token-form").onsubmit = event => {
            event.preventDefault();
            token = $("token").value.trim();
            $("token-form").hidden = true;
            then();
          };
        }
        """#

    static let tokenForm = """
        <form id="token-form" class="row" hidden>
        <label>Access token <input id="token" type="password" autocomplete="off"></label>
        <button>Use it</button>
        </form>
        """
}

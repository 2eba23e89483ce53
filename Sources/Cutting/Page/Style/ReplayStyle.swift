/// The style of a replay page: a phone first, then wider.
enum ReplayStyle {
    static let text = [colours, page, stage, controls, hero, cards, panels, wide]
        .joined(separator: "\n")

    /// Every pair of ink and ground has a contrast of at least 4.5 to 1.
    private static let colours = """
        :root { color-scheme: light dark; --page: #f6f4f1; --card: #fff; --ink: #1b1a1f;
          --soft: #5a5862; --line: #dedad4; --accent: #b0124a; --on-accent: #fff;
          --accent-soft: #fbe7ee; --flash: #7a4300; --flash-ground: #fff0d3; --good: #1c6636;
          --bad: #a3151f; --bad-ground: #fdeaea; --shade: 0 1px 2px #0001, 0 4px 16px #0000000f; }
        @media (prefers-color-scheme: dark) { :root { --page: #121116; --card: #1d1c22;
          --ink: #f3f1ee; --soft: #b7b4be; --line: #38363f; --accent: #ff7ba6;
          --on-accent: #2b0512; --accent-soft: #3a1825; --flash: #ffd08a;
          --flash-ground: #3b2a0d; --good: #86dba2; --bad: #ffa29c; --bad-ground: #3d1618;
          --shade: none; } }
        """

    private static let page = """
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; }
        body { margin: 0; background: var(--page); color: var(--ink);
          font: 1rem/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
        h1, h2, h3, p, ul, ol { margin: 0; padding: 0; }
        ul, ol { list-style: none; }
        button, select, input { font: inherit; color: inherit; }
        button, a, select, summary { touch-action: manipulation; }
        a { color: inherit; text-underline-offset: .2em; }
        svg { width: 1.5rem; height: 1.5rem; fill: currentColor; display: block; flex: none; }
        [hidden] { display: none !important; }
        :focus-visible { outline: 3px solid #1a73e8; outline-offset: 2px;
          box-shadow: 0 0 0 2px #fff; border-radius: .3rem; }
        .hush { position: absolute; width: 1px; height: 1px; overflow: hidden;
          clip-path: inset(50%); white-space: nowrap; }
        .skip { position: absolute; left: .5rem; top: -5rem; background: var(--card);
          padding: .7rem 1rem; z-index: 9; }
        .skip:focus { top: .5rem; }
        header.top { display: flex; align-items: center; gap: .5rem; padding: .6rem 1rem;
          max-width: 90rem; margin: 0 auto; }
        header.top h1 { font-size: 1.1rem; line-height: 1.25; overflow-wrap: anywhere; }
        header.top .sub { color: var(--soft); font-size: .85rem; }
        header.top .grow { flex: 1; min-width: 0; }
        header.top button { min-width: 2.75rem; padding: 0; display: grid; place-items: center;
          border-radius: 50%; flex: none; }
        @media (hover: none) { #help-open { display: none !important; } }
        .text-button { background: none; border: 1px solid var(--line); border-radius: 2rem;
          min-height: 2.75rem; padding: .3rem .9rem; cursor: pointer; font-size: .9rem;
          white-space: nowrap; }
        .text-button:hover { background: var(--card); }
        #note-box { position: fixed; z-index: 8; inset: auto .7rem .7rem; max-width: 32rem;
          margin: 0 auto; display: flex; align-items: center; font-weight: 600;
          opacity: 0; pointer-events: none; background: var(--card); border-radius: .9rem;
          border: 1px solid var(--line); padding-left: 1rem; box-shadow: 0 4px 24px #0005; }
        #note-box.shown { opacity: 1; pointer-events: auto; }
        #note-box.bad { color: var(--bad); background: var(--bad-ground);
          border-color: currentColor; }
        #note { flex: 1; padding: .8rem 0; overflow-wrap: anywhere; }
        #note-close { background: none; border: 0; min-width: 2.75rem; min-height: 2.75rem;
          display: grid; place-items: center; cursor: pointer; }
        noscript p { padding: 1rem; }
        """

    private static let stage = """
        main { display: flex; flex-direction: column; }
        /* So that the video stays in sight however far one reads. */
        .watch, .player { display: contents; }
        .stage { position: sticky; top: 0; z-index: 3; background: #000; overflow: hidden;
          aspect-ratio: 16 / 9; width: 100%; max-height: 62vh; max-height: 62svh; }
        .upright .stage { margin: 0 auto; max-height: 50svh; flex: none; }
        @media (min-width: 40rem) { .stage { position: relative; } }
        /* What gets the focus does not get it under the video. */
        @media (max-width: 40rem) { html { scroll-padding: calc(56vw + 1rem) 0 4rem; } }
        video { width: 100%; height: 100%; display: block; object-fit: contain; }
        .big-play { position: absolute; inset: 0; margin: auto; width: 4.5rem; height: 4.5rem;
          border: 0; border-radius: 50%; background: #000000b8; color: #fff; display: grid;
          place-items: center; cursor: pointer; }
        .big-play svg { width: 2.4rem; height: 2.4rem; }
        .wait { position: absolute; inset: 0; margin: auto; width: 3rem; height: 3rem;
          border-radius: 50%; border: .3rem solid #fff6; border-top-color: #fff;
          animation: turn 1s linear infinite; pointer-events: none; }
        .cues { position: absolute; inset: auto 5% 6rem; text-align: center; color: #fff;
          font-size: clamp(.95rem, 2.4vw, 1.4rem); pointer-events: none; transition: bottom .2s; }
        .calm .cues { bottom: 1rem; }
        .cues p { display: inline-block; background: #000c; padding: .1rem .5rem;
          border-radius: .2rem; white-space: pre-wrap; }
        @keyframes turn { to { rotate: 1turn; } }
        @media (prefers-reduced-motion: reduce) { .wait { animation: none; }
          * { transition: none !important; scroll-behavior: auto !important; } }
        @media (max-height: 30rem) and (orientation: landscape) { .stage { position: relative;
          max-height: 100vh; max-height: 100svh; } }
        """

    private static let controls = """
        .controls { position: absolute; inset: auto 0 0; padding: 2.2rem .5rem .2rem;
          color: #fff; background: linear-gradient(#0000, #000000d9 60%);
          transition: opacity .2s; }
        .calm .controls { opacity: 0; }
        .calm .controls:focus-within { opacity: 1; }
        .calm.playing { cursor: none; }
        .scrub { position: relative; height: 1.75rem; margin: 0 .35rem; }
        .bar { position: absolute; inset: .7rem 0 auto; height: .35rem; background: #ffffff59;
          border-radius: .2rem; overflow: hidden; transition: height .1s, top .1s; }
        .scrub:hover .bar { height: .5rem; top: .62rem; }
        .bar > div { position: absolute; inset: 0; transform-origin: left; transform: scaleX(0); }
        #buffered { background: #fff6; }
        #played { background: #ff5c92; }
        .bar > #pieces { transform: none; }
        #pieces i { position: absolute; top: 0; bottom: 0; border-right: 2px solid #000; }
        #pieces i:last-child { border: 0; }
        #pieces .gap { background: #0006; }
        #seek { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0;
          appearance: none; background: none; cursor: pointer; }
        #seek::-webkit-slider-thumb { appearance: none; width: 1rem; height: 1rem;
          border-radius: 50%; background: #fff; border: 0; box-shadow: 0 0 3px #000; }
        #seek::-moz-range-thumb { width: 1rem; height: 1rem; border-radius: 50%;
          background: #fff; border: 0; }
        .preview { position: absolute; bottom: 2rem; transform: translateX(-50%);
          background: #000000e0; border-radius: .4rem; padding: .3rem; text-align: center;
          font-size: .85rem; pointer-events: none; width: max-content; max-width: 16rem; }
        .preview b { display: block; font-weight: 600; overflow: hidden; text-overflow: ellipsis;
          white-space: nowrap; }
        #preview-image { background-repeat: no-repeat; border-radius: .2rem; max-width: 15.4rem;
          margin: 0 auto; }
        .buttons { display: flex; align-items: center; gap: .1rem; }
        .buttons button { background: none; border: 0; min-width: 2.75rem; min-height: 2.75rem;
          display: grid; place-items: center; cursor: pointer; border-radius: .4rem; }
        .buttons button:hover { background: #fff3; }
        .buttons button[aria-pressed="true"] { box-shadow: inset 0 -3px #ff5c92; }
        #time { font-variant-numeric: tabular-nums; font-size: .85rem; white-space: nowrap;
          padding: 0 .3rem; }
        #chapter-name { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis;
          white-space: nowrap; font-size: .85rem; }
        #volume { width: 5rem; accent-color: #ff5c92; display: none; }
        #speed { background: #0000; border: 0; min-height: 2.75rem; font-size: .85rem;
          display: none; }
        #speed option { color: #000; background: #fff; }
        @media (min-width: 40rem) { #volume, #speed { display: block; } }
        :fullscreen.player { display: grid; background: #000; }
        :fullscreen .stage { max-height: none; height: 100%; aspect-ratio: auto !important; }
        :fullscreen .hero-place { position: absolute; left: 1rem; bottom: 6.5rem; z-index: 4;
          max-width: min(28rem, 90vw); padding: 0; }
        :fullscreen #no-hero { display: none; }
        :fullscreen .hero { grid-template-columns: 5.5rem minmax(0, 1fr); }
        :fullscreen .hero .buying { grid-column: 1 / -1; grid-row: auto; flex-direction: row;
          margin-top: .6rem; }
        :fullscreen #hero-buy { flex: 1 1 9rem; flex-direction: row; }
        """

    private static let hero = """
        .hero-place { padding: .7rem .7rem 0; }
        .hero { display: grid; grid-template-columns: 5.5rem minmax(0, 1fr); gap: .1rem .9rem;
          padding: .8rem; background: var(--card); border-radius: .9rem;
          border: 1px solid var(--line); box-shadow: var(--shade); }
        .hero .kicker { font-size: .75rem; letter-spacing: .04em; text-transform: uppercase;
          color: var(--accent); font-weight: 700; }
        .hero .title { font-size: 1.1rem; }
        .picture { aspect-ratio: 1; border-radius: .6rem; overflow: hidden;
          background: var(--accent-soft); color: var(--accent); display: grid;
          place-items: center; font-size: 1.8rem; font-weight: 700; }
        .picture img { width: 100%; height: 100%; object-fit: cover; }
        .title { line-height: 1.25; overflow-wrap: anywhere; font-weight: 650; }
        .title a { text-decoration-thickness: 1px; }
        .small { color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
        .small:empty { display: none; }
        .prices { margin-top: .15rem; }
        .price { font-weight: 750; font-size: 1.05rem; }
        .hero .price { font-size: 1.25rem; }
        .was { color: var(--soft); font-size: .9rem; }
        .then { color: var(--soft); font-size: .85rem; }
        .now { font-weight: 600; font-size: .9rem; }
        .flash-mark { display: inline-flex; align-items: center; gap: .25rem; margin-top: .25rem;
          background: var(--flash-ground); color: var(--flash); border-radius: .4rem;
          padding: .05rem .45rem; font-size: .8rem; font-weight: 650; }
        .flash-mark svg { width: 1rem; height: 1rem; }
        .stock { font-size: .85rem; color: var(--soft); }
        .stock[data-kind="there"] { color: var(--good); }
        .stock[data-kind="low"] { color: var(--flash); font-weight: 650; }
        .stock[data-kind="out"], .stock[data-kind="gone"] { color: var(--bad); font-weight: 650; }
        .hero .buying { grid-column: 1 / -1; display: flex; gap: .6rem; margin-top: .6rem;
          align-items: stretch; flex-wrap: wrap; }
        #hero-buy { display: flex; flex: 1 1 9rem; gap: .6rem; flex-wrap: wrap; }
        .buy { background: var(--accent); color: var(--on-accent); border: 1px solid #0000;
          border-radius: .7rem; min-height: 2.75rem; padding: .5rem 1rem; font-weight: 700;
          cursor: pointer; flex: 1 1 auto; }
        .buy:hover { filter: brightness(1.08); }
        .buy[aria-disabled="true"] { background: none; color: var(--soft);
          border-color: var(--line); cursor: default; filter: none; }
        .hero .buy { min-height: 3.1rem; font-size: 1.05rem; }
        .count { display: flex; align-items: center; gap: .4rem; font-size: .9rem; }
        .count select, .waitlist { background: var(--card); border: 1px solid var(--line);
          border-radius: .7rem; min-height: 2.75rem; padding: .3rem .6rem; }
        .waitlist { display: inline-grid; place-items: center; font-weight: 650; }
        #no-hero { color: var(--soft); padding: 1.2rem 1rem; text-align: center;
          border: 1px dashed var(--line); border-radius: .9rem; font-size: .9rem; }
        #held { display: flex; gap: .7rem; align-items: center; justify-content: space-between;
          margin: .7rem .7rem 0; padding: .5rem .5rem .5rem 1rem; border-radius: .9rem;
          background: var(--accent-soft); font-weight: 600; font-size: .95rem; }
        """

    private static let cards = """
        .cards { display: grid; gap: .6rem; }
        .card { display: grid; grid-template-columns: 4.25rem minmax(0, 1fr); gap: .3rem .8rem;
          background: var(--card); border: 1px solid var(--line); border-radius: .9rem;
          padding: .7rem; }
        .card.pinned { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
        .card .title { font-size: 1rem; }
        .badge { display: inline-block; background: var(--accent); color: var(--on-accent);
          border-radius: .4rem; padding: .05rem .45rem; font-size: .75rem; font-weight: 700;
          margin-bottom: .15rem; }
        .card .actions { grid-column: 1 / -1; display: flex; gap: .5rem; flex-wrap: wrap; }
        .moment { display: flex; align-items: center; gap: .3rem; background: none;
          border: 1px solid var(--line); border-radius: .7rem; min-height: 2.75rem;
          padding: .3rem .8rem; cursor: pointer; font-variant-numeric: tabular-nums; }
        .moment svg { width: 1.1rem; height: 1.1rem; }
        .empty { color: var(--soft); padding: 1rem; text-align: center; }
        """

    private static let panels = """
        .side { padding: .7rem; min-width: 0; }
        #tabs { display: flex; gap: .3rem; border-bottom: 1px solid var(--line);
          margin-bottom: .7rem; }
        #tabs button { background: none; border: 0; border-bottom: 3px solid #0000;
          min-height: 2.75rem; padding: .3rem .8rem; cursor: pointer; color: var(--soft);
          font-weight: 600; }
        #tabs button[aria-selected="true"] { color: var(--ink); border-color: var(--accent); }
        #chapter-list button { display: flex; gap: .8rem; width: 100%; text-align: start;
          background: none; border: 0; min-height: 2.75rem; padding: .45rem .6rem;
          border-radius: .5rem; cursor: pointer; align-items: baseline; }
        #chapter-list button:hover { background: var(--card); }
        #chapter-list [aria-current] { background: var(--accent-soft); font-weight: 650; }
        .at { color: var(--soft); font-variant-numeric: tabular-nums; font-size: .85rem; }
        #chapter-list .name { overflow-wrap: anywhere; min-width: 0; }
        .chat { position: relative; }
        #chat-log { height: min(60vh, 30rem); overflow-y: auto; background: var(--card);
          border: 1px solid var(--line); border-radius: .9rem; padding: .6rem .8rem;
          overscroll-behavior: contain; overflow-anchor: none; }
        #chat-lines li { padding: .2rem 0; overflow-wrap: anywhere; }
        #chat-lines b, #chat-lines span { unicode-bidi: isolate; }
        #chat-now { position: absolute; bottom: .7rem; left: 50%; transform: translateX(-50%);
          background: var(--accent); color: var(--on-accent); border: 0; border-radius: 2rem;
          min-height: 2.75rem; padding: .3rem 1rem; cursor: pointer; font-weight: 650; }
        dialog { border: 0; border-radius: 1rem; padding: 1.4rem; color: var(--ink);
          background: var(--card); width: min(26rem, calc(100vw - 2rem)); }
        dialog::backdrop { background: #000a; }
        dialog h2 { font-size: 1.2rem; margin-bottom: .6rem; }
        .hold-row { display: flex; justify-content: space-between; gap: 1rem;
          overflow-wrap: anywhere; font-weight: 600; }
        #hold-time { color: var(--soft); font-variant-numeric: tabular-nums; margin: .3rem 0 1rem; }
        dialog .row { display: grid; gap: .5rem; }
        dialog .go { background: var(--accent); color: var(--on-accent); text-decoration: none;
          border-radius: .7rem; min-height: 3.1rem; display: grid; place-items: center;
          font-weight: 700; font-size: 1.05rem; }
        dialog button { background: none; border: 1px solid var(--line); border-radius: .7rem;
          min-height: 2.75rem; cursor: pointer; }
        dialog dl {
          display: grid; grid-template-columns: auto 1fr; gap: .3rem 1rem; margin: 0 0 1rem;
        }
        dialog dt { font-weight: 650; }
        dialog dd { margin: 0; color: var(--soft); }
        kbd { font: inherit; border: 1px solid var(--line); border-radius: .3rem;
          padding: 0 .35rem; background: var(--page); }
        """

    private static let wide = """
        @media (min-width: 60rem) {
          .upright .stage { max-height: calc(100vh - 15rem); }
          .watch, .player { display: block; }
          main { display: grid; grid-template-columns: minmax(0, 1fr) 24rem; gap: 0 1rem;
            max-width: 90rem; margin: 0 auto; padding: 0 1rem 1rem; }
          .stage { position: relative; border-radius: .9rem; max-height: calc(100vh - 15rem);
            min-height: 16rem; }
          .hero-place { padding: .8rem 0 0; }
          .hero { grid-template-columns: 7rem minmax(0, 1fr) minmax(14rem, auto); }
          .hero .buying { grid-column: 3; grid-row: 1; margin: 0; flex-direction: column;
            justify-content: center; flex-wrap: nowrap; }
          #hero-buy { flex: none; flex-direction: column; }
          .side { padding: 0; max-height: calc(100vh - 5.8rem); overflow-y: auto;
            scrollbar-width: thin;
            position: sticky; top: 0; padding: 0 .2rem .2rem; }
          #tabs { position: sticky; top: 0; background: var(--page); z-index: 2; }
          #held { margin-inline: 0; }
          .count { justify-content: space-between; }
        }
        @media (min-width: 40rem) and (max-width: 60rem) { .cards { grid-template-columns:
          repeat(2, minmax(0, 1fr)); } }
        @media (forced-colors: active) { .buy, dialog .go { border: 1px solid; }
          .card.pinned { outline: 3px solid Highlight; } #played { background: Highlight; } }
        @media print { .stage, #tabs, .side > :not(#panel-products), .actions { display: none; } }
        """
}

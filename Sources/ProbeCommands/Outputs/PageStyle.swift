/// How the page looks, in light and in dark.
enum PageStyle {
    static let css = """
        :root { color-scheme: light dark; --ink: #1d2330; --soft: #5d6778; --line: #d9dee7;
          --back: #ffffff; --card: #f6f7fa; --one: #1464c8; --two: #c8501e; --three: #2c8a4b;
          --four: #8346b4; --band: #e2576640; --good: #1f7a3d; --bad: #c0232f; --void: #96650a; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6e9f0; --soft: #9aa5b8;
          --line: #323a49; --back: #12151c; --card: #1a1f29; --one: #6ab0ff; --two: #ff9a62;
          --three: #6fd08c; --four: #c79bf0; --band: #ff6b7a40; --good: #6fd08c; --bad: #ff7b85;
          --void: #e8b450; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 1180px; padding: 24px 20px 60px; color: var(--ink);
          background: var(--back); font: 15px/1.5 system-ui, sans-serif; }
        h1 { font-size: 21px; margin: 0 0 4px; overflow-wrap: anywhere; }
        h2 { font-size: 16px; margin: 36px 0 10px; }
        p { margin: 2px 0; color: var(--soft); overflow-wrap: anywhere; }
        .key { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr));
          gap: 10px; margin: 20px 0; }
        .key div { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
          padding: 10px 12px; }
        .key b { display: block; font-size: 22px; font-weight: 600; line-height: 1.3; }
        .key span { color: var(--soft); font-size: 13px; }
        .plots { display: grid;
          grid-template-columns: repeat(auto-fit, minmax(min(100%, 520px), 1fr));
          gap: 16px; }
        figure { margin: 0; background: var(--card); border: 1px solid var(--line);
          border-radius: 8px; padding: 12px; }
        figcaption { font-weight: 600; font-size: 14px; margin-bottom: 4px; }
        figcaption span { font-weight: 400; margin-left: 10px; white-space: nowrap; }
        figcaption i { display: inline-block; width: 14px; height: 3px; margin-right: 5px;
          vertical-align: middle; }
        svg { display: block; width: 100%; height: auto; }
        svg text { fill: var(--soft); font-size: 12px; }
        .grid { stroke: var(--line); fill: none; }
        .line { fill: none; stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
        .bar { fill: var(--one); } .band { fill: var(--band); }
        .colour1 { stroke: var(--one); } .colour2 { stroke: var(--two); }
        .colour3 { stroke: var(--three); } .colour4 { stroke: var(--four); }
        .swatch1 { background: var(--one); } .swatch2 { background: var(--two); }
        .swatch3 { background: var(--three); } .swatch4 { background: var(--four); }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; padding: 4px 14px 4px 0; border-bottom: 1px solid var(--line);
          vertical-align: top; }
        th { color: var(--soft); font-weight: 500; font-size: 13px; white-space: nowrap; }
        td.figure, th.figure { text-align: right; white-space: nowrap; }
        .pass { color: var(--good); } .fail { color: var(--bad); font-weight: 600; }
        .void { color: var(--void); font-weight: 600; }
        .warning { color: var(--bad); font-weight: 600; }
        """
}

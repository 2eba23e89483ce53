extension ReplayMarkup {
    static let controls = """
        <div id="controls" class="controls" role="group" aria-label="Video controls" hidden>
        <div id="scrub" class="scrub">
        <div id="preview" class="preview" aria-hidden="true" hidden><div id="preview-image"></div>
        <b id="preview-name"></b><span id="preview-time"></span></div>
        <div class="bar" aria-hidden="true"><div id="buffered"></div><div id="played"></div>
        <div id="pieces"></div></div>
        <input id="seek" type="range" min="0" max="1" step="1" value="0" aria-label="Seek">
        </div>
        <div class="buttons">
        <button id="play" type="button" aria-label="Play"></button>
        <button id="mute" type="button" aria-label="Mute"></button>
        <input id="volume" type="range" min="0" max="100" value="100" aria-label="Volume">
        <span id="time"></span>
        <span id="chapter-name" dir="auto"></span>
        <select id="speed" aria-label="Speed"><option value="0.75">0.75×</option>
        <option value="1" selected>1×</option><option value="1.25">1.25×</option>
        <option value="1.5">1.5×</option><option value="2">2×</option></select>
        <button id="captions" type="button" aria-label="Captions: off" aria-pressed="false" hidden>
        <svg aria-hidden="true"><use href="#icon-captions"/></svg></button>
        <button id="full" type="button" aria-label="Full screen"></button>
        </div>
        </div>
        """

    static let hero = """
        <article id="hero" class="hero" aria-labelledby="hero-title" hidden>
        <div id="hero-picture"></div>
        <div>
        <p class="kicker">Shown now</p>
        <h2 id="hero-title" class="title"></h2>
        <p id="hero-about" class="small" dir="auto"></p>
        <div id="hero-offer"></div>
        </div>
        <div class="buying">
        <label class="count">Quantity <select id="quantity"></select></label>
        <div id="hero-buy"></div>
        </div>
        </article>
        <p id="no-hero" hidden>Nothing is pinned at this moment. All that the show sells is in the
        list.</p>
        """

    static let side = """
        <section class="side" aria-label="Products, chapters and chat">
        <div id="tabs" role="tablist" aria-label="Beside the video">
        <button id="tab-products" role="tab" type="button" aria-selected="true"
        aria-controls="panel-products">Products <span id="count-products"></span></button>
        <button id="tab-chapters" role="tab" type="button" aria-selected="false" tabindex="-1"
        aria-controls="panel-chapters">Chapters</button>
        <button id="tab-chat" role="tab" type="button" aria-selected="false" tabindex="-1"
        aria-controls="panel-chat">Chat</button>
        </div>
        <div id="panel-products" role="tabpanel" aria-labelledby="tab-products" tabindex="-1">
        <ul id="rail" class="cards"></ul>
        <p id="no-rail" class="empty" hidden>The show sells nothing at this moment.</p>
        </div>
        <div id="panel-chapters" role="tabpanel" aria-labelledby="tab-chapters" hidden>
        <ol id="chapter-list"></ol>
        </div>
        <div id="panel-chat" class="chat" role="tabpanel" aria-labelledby="tab-chat" hidden>
        <div id="chat-log" role="log" aria-live="off" aria-label="Chat of the show" tabindex="0">
        <p id="chat-empty" class="empty">Nobody has said anything yet.</p>
        <ul id="chat-lines"></ul>
        </div>
        <button id="chat-now" type="button" hidden>To what is said now</button>
        </div>
        </section>
        """

    static let dialogs = """
        <div id="note-box"><p id="note" role="status" aria-live="polite"></p>
        <button id="note-close" type="button" aria-label="Close the message" hidden>
        <svg aria-hidden="true"><use href="#icon-close"/></svg></button></div>
        <dialog id="hold" aria-labelledby="hold-title">
        <h2 id="hold-title">Reserved for you</h2>
        <p class="hold-row"><span id="hold-what" dir="auto"></span><span id="hold-total"></span></p>
        <p id="hold-time"></p>
        <div class="row"><a id="hold-go" class="go" rel="noopener" href="">To the checkout</a>
        <button id="hold-later" type="button">Keep watching</button></div>
        </dialog>
        <dialog id="help" aria-labelledby="help-title">
        <h2 id="help-title">Keys</h2>
        <dl><dt><kbd>Space</kbd> <kbd>K</kbd></dt><dd>play, pause</dd>
        <dt><kbd>←</kbd> <kbd>→</kbd></dt><dd>5 seconds back, on</dd>
        <dt><kbd>J</kbd> <kbd>L</kbd></dt><dd>10 seconds back, on</dd>
        <dt><kbd>1</kbd> … <kbd>9</kbd></dt><dd>to a tenth of the video; <kbd>0</kbd> its start</dd>
        <dt><kbd>P</kbd> <kbd>N</kbd></dt><dd>chapter before, next chapter</dd>
        <dt><kbd>B</kbd></dt><dd>to the button that buys what is shown</dd>
        <dt><kbd>M</kbd> <kbd>C</kbd> <kbd>F</kbd></dt><dd>mute, captions, full screen</dd>
        <dt><kbd>↑</kbd> <kbd>↓</kbd></dt><dd>volume, at the player</dd></dl>
        <div class="row"><button id="help-close" type="button">Close</button></div>
        </dialog>
        """

    static let icons = """
        <svg hidden>
        <symbol id="icon-play" viewBox="0 0 24 24"><path d="M7 4v16l13-8z"/></symbol>
        <symbol id="icon-pause" viewBox="0 0 24 24"><path d="M6 4h4v16H6zM14 4h4v16h-4z"/></symbol>
        <symbol id="icon-sound" viewBox="0 0 24 24"><path d="M3 9v6h4l6 5V4L7 9zM16 7.5v9a5 5 0 0
        0 0-9zM16 3v2a7.5 7.5 0 0 1 0 14v2a9.5 9.5 0 0 0 0-18z"/></symbol>
        <symbol id="icon-muted" viewBox="0 0 24 24"><path d="M3 9v6h4l6 5V4L7 9zM22 9.4 20.6 8 18
        10.6 15.4 8 14 9.4l2.6 2.6L14 14.6l1.4 1.4 2.6-2.6 2.6 2.6 1.4-1.4-2.6-2.6z"/></symbol>
        <symbol id="icon-captions" viewBox="0 0 24 24"><path fill-rule="evenodd" d="M4 4h16a2 2 0
        0 1 2 2v12a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zm7 6.5V10a1 1 0 0 0-1-1H7a1 1 0 0
        0-1 1v4a1 1 0 0 0 1 1h3a1 1 0 0 0 1-1v-.5H9.5v.2h-2v-3.4h2v.2zm7 0V10a1 1 0 0 0-1-1h-3a1 1
        0 0 0-1 1v4a1 1 0 0 0 1 1h3a1 1 0 0 0 1-1v-.5h-1.5v.2h-2v-3.4h2v.2z"/></symbol>
        <symbol id="icon-full" viewBox="0 0 24 24"><path d="M4 9V4h5v2H6v3zM15 4h5v5h-2V6h-3zM4
        15h2v3h3v2H4zM18 15h2v5h-5v-2h3z"/></symbol>
        <symbol id="icon-small" viewBox="0 0 24 24"><path d="M7 4h2v5H4V7h3zM15 4h2v3h3v2h-5zM4
        15h5v5H7v-3H4zM15 15h5v2h-3v3h-2z"/></symbol>
        <symbol id="icon-link" viewBox="0 0 24 24"><path d="M10.6 13.4a1 1 0 0 0 1.4 0l4-4a3 3 0 0
        0-4.2-4.2l-1.5 1.5-1.4-1.4 1.5-1.5a5 5 0 0 1 7 7l-4 4a3 3 0 0 1-4.2 0zM13.4 10.6a1 1 0 0
        0-1.4 0l-4 4a3 3 0 0 0 4.2 4.2l1.5-1.5 1.4 1.4-1.5 1.5a5 5 0 0 1-7-7l4-4a3 3 0 0 1 4.2
        0z"/></symbol>
        <symbol id="icon-keys" viewBox="0 0 24 24"><path fill-rule="evenodd" d="M3 5h18a2 2 0 0 1 2
        2v10a2 2 0 0 1-2 2H3a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2zm1 3v2h2V8zm4 0v2h2V8zm4 0v2h2V8zm4
        0v2h4V8zM4 14v2h2v-2zm4 0v2h8v-2zm10 0v2h2v-2z"/></symbol>
        <symbol id="icon-close" viewBox="0 0 24 24"><path d="M18.3 7.1 16.9 5.7 12 10.6 7.1 5.7 5.7
        7.1l4.9 4.9-4.9 4.9 1.4 1.4 4.9-4.9 4.9 4.9 1.4-1.4-4.9-4.9z"/></symbol>
        <symbol id="icon-flash" viewBox="0 0 24 24"><path d="M13 2 4 14h6l-1 8 9-12h-6z"/></symbol>
        </svg>
        """
}

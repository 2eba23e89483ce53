/// The tables, as steps from one version to the next. A step that has been released never changes.
enum Schema {
    /// "LCTK": marks a database file as one of ours.
    static let applicationID: Int64 = 0x4C43_544B

    /// Bytes in a page of a new file. Twice SQLite's own: an import is a good tenth faster, and a
    /// single change hardly slower.
    static let pageSize = 8192

    static var version: Int64 { Int64(steps.count) }

    static let steps: [String] = [
        // 1: catalogues, SKUs, shows, the event log, answers by key
        """
        CREATE TABLE catalogue (
          id INTEGER PRIMARY KEY,
          name TEXT NOT NULL UNIQUE,
          brand TEXT,
          currency TEXT           -- NULL: deleted; the log of the name goes on if it comes back
        ) STRICT;

        CREATE TABLE sku (
          catalogue_id INTEGER NOT NULL REFERENCES catalogue,
          code TEXT NOT NULL,
          on_hand INTEGER NOT NULL CHECK (on_hand >= 0),
          title TEXT NOT NULL,
          price_minor INTEGER NOT NULL CHECK (price_minor >= 0),
          compare_at_price_minor INTEGER,
          family TEXT,
          image_url TEXT,
          page_url TEXT,
          barcode TEXT,
          attributes TEXT,
          PRIMARY KEY (catalogue_id, code)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE show (
          catalogue_id INTEGER NOT NULL REFERENCES catalogue,
          id TEXT NOT NULL,
          title TEXT NOT NULL,
          host TEXT,
          scheduled_ms INTEGER,
          started_ms INTEGER,
          ended_ms INTEGER,
          pinned TEXT,
          PRIMARY KEY (catalogue_id, id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE rail (
          catalogue_id INTEGER NOT NULL,
          show_id TEXT NOT NULL,
          place INTEGER NOT NULL,
          code TEXT NOT NULL,     -- no reference: an ended show keeps the code of a removed SKU
          show_price_minor INTEGER,
          PRIMARY KEY (catalogue_id, show_id, place),
          UNIQUE (catalogue_id, code, show_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE flash (
          catalogue_id INTEGER NOT NULL,
          show_id TEXT NOT NULL,
          code TEXT NOT NULL,
          price_minor INTEGER NOT NULL,
          closes_ms INTEGER,
          unit_limit INTEGER,
          PRIMARY KEY (catalogue_id, show_id, code)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE event (
          catalogue_id INTEGER NOT NULL REFERENCES catalogue,
          sequence INTEGER NOT NULL,
          type TEXT NOT NULL,
          time_ms INTEGER NOT NULL,
          data TEXT NOT NULL,
          PRIMARY KEY (catalogue_id, sequence)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE show_event (
          catalogue_id INTEGER NOT NULL,
          show_id TEXT NOT NULL,
          show_sequence INTEGER NOT NULL,
          sequence INTEGER NOT NULL,
          PRIMARY KEY (catalogue_id, show_id, show_sequence),
          UNIQUE (catalogue_id, sequence, show_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE answer (
          key TEXT PRIMARY KEY,
          fingerprint TEXT NOT NULL,
          time_ms INTEGER NOT NULL,
          answer TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX answer_by_time ON answer (time_ms);
        """,
        // 2: reservations, waitlists, policies. The file itself refuses to promise more units than
        // there are.
        """
        -- Keys belong to a catalogue; most shops have one.
        UPDATE answer SET key = 'default ' || key;

        ALTER TABLE catalogue ADD COLUMN hold_last_ms INTEGER;
        ALTER TABLE catalogue ADD COLUMN hold_ahead_ms INTEGER NOT NULL DEFAULT 0;

        ALTER TABLE sku ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0);
        ALTER TABLE sku ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 0
          CHECK (confirmed >= 0 AND held + confirmed <= on_hand);

        ALTER TABLE flash ADD COLUMN opening INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE flash ADD COLUMN taken INTEGER NOT NULL DEFAULT 0;
        UPDATE flash SET opening = (
          SELECT max(event.sequence) FROM show_event
          JOIN event USING (catalogue_id, sequence)
          WHERE show_event.catalogue_id = flash.catalogue_id
            AND show_event.show_id = flash.show_id
            AND type = 'price-flash' AND data ->> 'sku' = flash.code);

        CREATE TABLE policy (
          catalogue_id INTEGER NOT NULL,
          scope TEXT NOT NULL,    -- catalogue, show/ID or sku/CODE
          policy TEXT NOT NULL,
          PRIMARY KEY (catalogue_id, scope)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE reservation (
          catalogue_id INTEGER NOT NULL,
          id TEXT NOT NULL,
          buyer TEXT NOT NULL,
          show_id TEXT,
          state TEXT NOT NULL,
          held_ms INTEGER NOT NULL,
          deadline_ms INTEGER NOT NULL,  -- on the hold clock
          offered_to TEXT,
          is_late INTEGER NOT NULL,
          lines TEXT NOT NULL,
          PRIMARY KEY (catalogue_id, id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX reservation_by_deadline ON reservation (catalogue_id, deadline_ms, id)
          WHERE state IN ('held', 'paying');
        CREATE INDEX reservation_by_buyer ON reservation (catalogue_id, buyer);

        CREATE TABLE open_line (
          catalogue_id INTEGER NOT NULL,
          code TEXT NOT NULL,
          deadline_ms INTEGER NOT NULL,
          reservation_id TEXT NOT NULL,
          PRIMARY KEY (catalogue_id, code, deadline_ms, reservation_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE waiting (
          catalogue_id INTEGER NOT NULL,
          id TEXT NOT NULL,
          buyer TEXT NOT NULL,
          show_id TEXT,
          code TEXT NOT NULL,
          quantity INTEGER NOT NULL,     -- none where the place is over
          joined_ms INTEGER NOT NULL,
          place INTEGER NOT NULL,
          PRIMARY KEY (catalogue_id, id)
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX waiting_by_place ON waiting (catalogue_id, code, place)
          WHERE quantity > 0;
        CREATE UNIQUE INDEX waiting_by_buyer ON waiting (catalogue_id, buyer, code)
          WHERE quantity > 0;

        CREATE TABLE snapshot (
          catalogue_id INTEGER NOT NULL,
          line INTEGER NOT NULL,
          state TEXT NOT NULL,
          PRIMARY KEY (catalogue_id, line)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE trimmed_log (
          catalogue_id INTEGER NOT NULL,
          show_id TEXT NOT NULL,  -- empty for the catalogue's own log
          sequence INTEGER NOT NULL,
          PRIMARY KEY (catalogue_id, show_id)
        ) STRICT, WITHOUT ROWID;
        """,
    ]
}

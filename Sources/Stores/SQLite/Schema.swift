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
        """
    ]
}

/// Every statement that runs more than once.
enum Query: Int, CaseIterable {
    case begin
    case beginWriting
    case commit
    case rollback

    case catalogueByName
    case catalogues
    case insertCatalogue
    case updateCatalogue
    case forgetSKUs
    case forgetShows
    case forgetRails
    case forgetFlashes
    case forgetPolicies
    case forgetReservations
    case forgetOpenLines
    case forgetSnapshot
    case forgetWaitlist
    case setHoldClock

    case skuByCode
    case skus
    case insertSKU
    case updateListing
    case updateStock
    case stockByCode
    case deleteSKU

    case showByID
    case shows
    case insertShow
    case updateShow
    case startShow
    case endShow
    case deleteShow
    case liveShows
    case openShowsListing

    case railOfShow
    case insertRailEntry
    case deleteRail

    case flashesOfShow
    case putFlash
    case deleteFlash
    case deleteFlashes
    case setPin
    case flashUse
    case takeFlash

    case reservationByID
    case dueReservations
    case reservations
    case openReservations
    case insertReservation
    case updateReservation
    case nextDeadline
    case insertOpenLine
    case deleteOpenLine
    case openReservationsOfBuyer
    case soldReservationsOfBuyer

    case waitingByID
    case waitingOfBuyer
    case firstWaiting
    case waitingCount
    case waitlist
    case putWaiting

    case policyByScope
    case policies
    case putPolicy
    case deletePolicy

    case snapshot
    case insertSnapshotLine
    case trimPlace
    case eventCount
    case trimEvents
    case trimShowEvents
    case putTrimmedLog

    case lastSequence
    case lastShowSequence
    case insertEvent
    case insertShowEvent
    case eventsOfShow
    case eventsAfter
    case showEventsOfCatalogue

    case answerByKey
    case insertAnswer
    case forgetOldAnswers

    var sql: String {
        switch self {
        case .begin: "BEGIN"
        case .beginWriting: "BEGIN IMMEDIATE"
        case .commit: "COMMIT"
        case .rollback: "ROLLBACK"

        case .catalogueByName:
            """
            SELECT id, brand, currency, hold_last_ms, hold_ahead_ms FROM catalogue WHERE name = ?
            """
        case .catalogues:
            "SELECT name, brand, currency FROM catalogue WHERE currency IS NOT NULL ORDER BY name"
        case .insertCatalogue:
            """
            INSERT INTO catalogue (name, brand, currency) VALUES (?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET brand = excluded.brand, currency = excluded.currency
            RETURNING id
            """
        case .updateCatalogue: "UPDATE catalogue SET brand = ?, currency = ? WHERE id = ?"
        case .forgetSKUs: "DELETE FROM sku WHERE catalogue_id = ?"
        case .forgetShows: "DELETE FROM show WHERE catalogue_id = ?"
        case .forgetRails: "DELETE FROM rail WHERE catalogue_id = ?"
        case .forgetFlashes: "DELETE FROM flash WHERE catalogue_id = ?"
        case .forgetPolicies: "DELETE FROM policy WHERE catalogue_id = ?"
        case .forgetReservations: "DELETE FROM reservation WHERE catalogue_id = ?"
        case .forgetOpenLines: "DELETE FROM open_line WHERE catalogue_id = ?"
        case .forgetSnapshot: "DELETE FROM snapshot WHERE catalogue_id = ?"
        case .forgetWaitlist: "DELETE FROM waiting WHERE catalogue_id = ?"
        case .setHoldClock:
            "UPDATE catalogue SET hold_last_ms = ?, hold_ahead_ms = ? WHERE id = ?"

        case .skuByCode:
            "SELECT \(Self.skuColumns) FROM sku WHERE catalogue_id = ? AND code = ?"
        case .skus:
            """
            SELECT \(Self.skuColumns) FROM sku
            WHERE catalogue_id = ?1 AND (?2 IS NULL OR family = ?2)
            ORDER BY code
            """
        case .insertSKU:
            """
            INSERT INTO sku (catalogue_id, \(Self.skuColumns))
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        case .updateListing:
            """
            UPDATE sku SET title = ?, price_minor = ?, compare_at_price_minor = ?, family = ?,
              image_url = ?, page_url = ?, barcode = ?, attributes = ?
            WHERE catalogue_id = ? AND code = ?
            """
        case .updateStock:
            """
            UPDATE sku SET on_hand = ?, held = ?, confirmed = ?
            WHERE catalogue_id = ? AND code = ?
            """
        case .stockByCode:
            "SELECT on_hand, held, confirmed FROM sku WHERE catalogue_id = ? AND code = ?"
        case .deleteSKU: "DELETE FROM sku WHERE catalogue_id = ? AND code = ?"

        case .showByID:
            "SELECT \(Self.showColumns) FROM show WHERE catalogue_id = ? AND id = ?"
        case .shows:
            "SELECT \(Self.showColumns) FROM show WHERE catalogue_id = ? ORDER BY id"
        case .insertShow:
            """
            INSERT INTO show (catalogue_id, id, title, host, scheduled_ms) VALUES (?, ?, ?, ?, ?)
            """
        case .updateShow:
            """
            UPDATE show SET title = ?, host = ?, scheduled_ms = ? WHERE catalogue_id = ? AND id = ?
            """
        case .startShow: "UPDATE show SET started_ms = ? WHERE catalogue_id = ? AND id = ?"
        case .endShow:
            "UPDATE show SET ended_ms = ?, pinned = NULL WHERE catalogue_id = ? AND id = ?"
        case .deleteShow: "DELETE FROM show WHERE catalogue_id = ? AND id = ?"
        case .liveShows:
            """
            SELECT id FROM show
            WHERE catalogue_id = ? AND started_ms IS NOT NULL AND ended_ms IS NULL ORDER BY id
            """
        case .openShowsListing:
            """
            SELECT show.id FROM rail JOIN show
              ON show.catalogue_id = rail.catalogue_id AND show.id = rail.show_id
            WHERE rail.catalogue_id = ? AND rail.code = ? AND show.ended_ms IS NULL
            ORDER BY show.id
            """

        case .railOfShow:
            """
            SELECT code, show_price_minor FROM rail WHERE catalogue_id = ? AND show_id = ?
            ORDER BY place
            """
        case .insertRailEntry:
            """
            INSERT INTO rail (catalogue_id, show_id, place, code, show_price_minor)
            VALUES (?, ?, ?, ?, ?)
            """
        case .deleteRail: "DELETE FROM rail WHERE catalogue_id = ? AND show_id = ?"

        case .flashesOfShow:
            """
            SELECT code, price_minor, closes_ms, unit_limit FROM flash
            WHERE catalogue_id = ? AND show_id = ? ORDER BY code
            """
        case .putFlash:
            """
            INSERT OR REPLACE INTO flash
              (catalogue_id, show_id, code, price_minor, closes_ms, unit_limit, opening)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """
        case .deleteFlash: "DELETE FROM flash WHERE catalogue_id = ? AND show_id = ? AND code = ?"
        case .deleteFlashes: "DELETE FROM flash WHERE catalogue_id = ? AND show_id = ?"
        case .setPin: "UPDATE show SET pinned = ? WHERE catalogue_id = ? AND id = ?"

        case .flashUse:
            """
            SELECT opening, taken FROM flash WHERE catalogue_id = ? AND show_id = ? AND code = ?
            """
        case .takeFlash:
            """
            UPDATE flash SET taken = taken + ?4
            WHERE catalogue_id = ?1 AND show_id = ?2 AND code = ?3 AND opening = ?5
            """

        case .reservationByID:
            """
            SELECT \(Self.reservationColumns) FROM reservation WHERE catalogue_id = ? AND id = ?
            """
        case .dueReservations:
            """
            SELECT \(Self.reservationColumns) FROM reservation
            WHERE catalogue_id = ? AND deadline_ms <= ? AND state IN ('held', 'paying')
            ORDER BY deadline_ms, id LIMIT ?
            """
        case .reservations:
            """
            SELECT \(Self.reservationColumns) FROM reservation
            WHERE catalogue_id = ?1 AND (?2 IS NULL OR buyer = ?2) ORDER BY id
            """
        // However many are over, only those are read that are not.
        case .openReservations:
            """
            SELECT \(Self.reservationColumns) FROM reservation INDEXED BY reservation_by_deadline
            WHERE catalogue_id = ? AND state IN ('held', 'paying') ORDER BY id
            """
        case .insertReservation:
            """
            INSERT INTO reservation (catalogue_id, \(Self.reservationColumns))
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        case .updateReservation:
            """
            UPDATE reservation SET state = ?, deadline_ms = ?, is_late = ?
            WHERE catalogue_id = ? AND id = ?
            """
        case .nextDeadline:
            "SELECT min(deadline_ms) FROM open_line WHERE catalogue_id = ? AND code = ?"
        case .insertOpenLine:
            """
            INSERT INTO open_line (catalogue_id, code, deadline_ms, reservation_id)
            VALUES (?, ?, ?, ?)
            """
        case .deleteOpenLine:
            """
            DELETE FROM open_line
            WHERE catalogue_id = ? AND code = ? AND deadline_ms = ? AND reservation_id = ?
            """
        case .openReservationsOfBuyer:
            """
            SELECT lines FROM reservation
            WHERE catalogue_id = ? AND buyer = ? AND state IN ('held', 'paying')
            """
        case .soldReservationsOfBuyer:
            """
            SELECT lines FROM reservation
            WHERE catalogue_id = ? AND buyer = ? AND state IN ('held', 'paying', 'confirmed')
            """

        case .waitingByID:
            "SELECT \(Self.waitingColumns) FROM waiting WHERE catalogue_id = ? AND id = ?"
        case .waitingOfBuyer:
            """
            SELECT \(Self.waitingColumns) FROM waiting
            WHERE catalogue_id = ? AND buyer = ? AND code = ? AND quantity > 0
            """
        case .firstWaiting:
            """
            SELECT \(Self.waitingColumns) FROM waiting
            WHERE catalogue_id = ? AND code = ? AND quantity > 0 ORDER BY place LIMIT 1
            """
        case .waitingCount:
            "SELECT count(*) FROM waiting WHERE catalogue_id = ? AND code = ? AND quantity > 0"
        case .waitlist:
            """
            SELECT \(Self.waitingColumns) FROM waiting
            WHERE catalogue_id = ?1 AND (?2 IS NULL OR code = ?2) AND quantity > 0
            ORDER BY code, place
            """
        case .putWaiting:
            """
            INSERT OR REPLACE INTO waiting (catalogue_id, \(Self.waitingColumns))
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """

        case .policyByScope: "SELECT policy FROM policy WHERE catalogue_id = ? AND scope = ?"
        case .policies: "SELECT scope, policy FROM policy WHERE catalogue_id = ? ORDER BY scope"
        case .putPolicy:
            "INSERT OR REPLACE INTO policy (catalogue_id, scope, policy) VALUES (?, ?, ?)"
        case .deletePolicy: "DELETE FROM policy WHERE catalogue_id = ? AND scope = ?"

        case .lastSequence:
            """
            SELECT coalesce(
              (SELECT max(sequence) FROM event WHERE catalogue_id = ?1),
              (SELECT sequence FROM trimmed_log WHERE catalogue_id = ?1 AND show_id = ''), 0)
            """
        case .lastShowSequence:
            """
            SELECT coalesce(
              (SELECT max(show_sequence) FROM show_event WHERE catalogue_id = ?1 AND show_id = ?2),
              (SELECT sequence FROM trimmed_log WHERE catalogue_id = ?1 AND show_id = ?2), 0)
            """
        case .snapshot: "SELECT state FROM snapshot WHERE catalogue_id = ? ORDER BY line"
        case .insertSnapshotLine:
            "INSERT INTO snapshot (catalogue_id, line, state) VALUES (?, ?, ?)"
        case .trimPlace:
            """
            SELECT min(
              (SELECT coalesce(max(sequence), 0) FROM event
               WHERE catalogue_id = ?1 AND time_ms < ?2),
              (SELECT coalesce(min(sequence) - 1, 9223372036854775807)
               FROM show_event JOIN show
                 ON show.catalogue_id = show_event.catalogue_id AND show.id = show_event.show_id
               WHERE show_event.catalogue_id = ?1 AND ended_ms IS NULL))
            """
        case .eventCount:
            """
            SELECT count(*) FILTER (WHERE sequence <= ?2), count(*) FILTER (WHERE sequence > ?2)
            FROM event WHERE catalogue_id = ?1
            """
        case .trimEvents: "DELETE FROM event WHERE catalogue_id = ? AND sequence <= ?"
        case .trimShowEvents: "DELETE FROM show_event WHERE catalogue_id = ? AND sequence <= ?"
        case .putTrimmedLog:
            "INSERT OR REPLACE INTO trimmed_log (catalogue_id, show_id, sequence) VALUES (?, ?, ?)"
        case .insertEvent:
            """
            INSERT INTO event (catalogue_id, sequence, type, time_ms, data) VALUES (?, ?, ?, ?, ?)
            """
        case .insertShowEvent:
            """
            INSERT INTO show_event (catalogue_id, show_id, show_sequence, sequence)
            VALUES (?, ?, ?, ?)
            """
        case .eventsOfShow:
            """
            SELECT event.sequence, type, time_ms, data, show_sequence FROM show_event
            JOIN event USING (catalogue_id, sequence)
            WHERE catalogue_id = ? AND show_id = ? AND show_sequence > ?
            ORDER BY show_sequence LIMIT ?
            """
        case .eventsAfter:
            """
            SELECT sequence, type, time_ms, data FROM event
            WHERE catalogue_id = ? AND sequence > ? ORDER BY sequence
            """
        case .showEventsOfCatalogue:
            """
            SELECT sequence, show_id, show_sequence FROM show_event
            WHERE catalogue_id = ? AND sequence > ? ORDER BY sequence, show_id
            """

        case .answerByKey: "SELECT fingerprint, answer FROM answer WHERE key = ?"
        case .insertAnswer:
            "INSERT INTO answer (key, fingerprint, time_ms, answer) VALUES (?, ?, ?, ?)"
        case .forgetOldAnswers:
            """
            DELETE FROM answer WHERE key IN (SELECT key FROM answer WHERE time_ms < ? LIMIT 100)
            """
        }
    }

    private static let skuColumns = """
        code, on_hand, held, confirmed, title, price_minor, compare_at_price_minor, family, \
        image_url, page_url, barcode, attributes
        """

    private static let reservationColumns = """
        id, buyer, show_id, state, held_ms, deadline_ms, offered_to, is_late, lines
        """

    private static let waitingColumns = "id, buyer, show_id, code, quantity, joined_ms, place"

    private static let showColumns = """
        id, title, host, scheduled_ms, started_ms, ended_ms, pinned
        """
}

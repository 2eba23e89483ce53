import CommandLineKit
import Commerce
import Primitives
import Stores

extension Failure {
    init(_ error: StoreError) {
        switch error {
        case .badAddress(let text):
            self.init(
                .usage, "store.bad-address", "'\(text)' is not a store",
                hint: "write sqlite:PATH, a path, or redis://HOST")
        case .badRedisAddress(let problem):
            self.init(
                .usage, "store.bad-address", "not a store on Redis: \(problem.words)",
                hint: "write redis://HOST, redis+sentinel://HOST,HOST/NAME or "
                    + "redis+cluster://HOST,HOST")
        case .missing(let path):
            self.init(
                .noInput, "store.missing", "no store at '\(path)'",
                hint: "any command that changes something makes one; is --store right?")
        case .cannotOpen(let path, let reason):
            self.init(.cannotCreate, "store.cannot-open", "cannot open '\(path)': \(reason)")
        case .notAStore(let path):
            self.init(
                .dataError, "store.foreign", "'\(path)' is not a store of this toolkit",
                hint: "name another file with --store")
        case .newerSchema(let path, let found, let known):
            self.init(
                .badConfig, "store.newer",
                "store '\(path)' has schema \(found), this version knows up to \(known)",
                hint: "use the lcctl that wrote it, or a newer one")
        case .busy(let path):
            self.init(
                .tryAgain, "store.busy", "store '\(path)' is kept busy by other processes",
                hint: "try again; the same --idempotency-key makes that safe")
        case .interrupted:
            self.init(.interrupted, "interrupted", "interrupted; nothing was changed")
        case .readOnly(let path):
            self.init(.noPermission, "store.read-only", "store '\(path)' cannot be written")
        case .full(let path):
            self.init(
                .ioError, "store.full", "no space left for store '\(path)'; nothing was changed")
        case .damaged(let path, let reason):
            self.init(
                .dataError, "store.damaged", "store '\(path)' is damaged: \(reason)",
                hint: "see 'lcctl store check', and restore a backup")
        case .failed(let path, let code, let reason):
            self.init(
                .ioError, "store.failed", "store '\(path)' failed: \(reason) (SQLite \(code))")
        case .unknown, .unreachable, .denied, .refused, .unreadable, .frozen:
            self.init(server: error)
        case .targetExists(let path):
            self.init(
                .cannotCreate, "backup.exists", "'\(path)' exists already",
                hint: "name another file, or overwrite it with --force")
        }
    }
}

extension Failure {
    /// What a store on servers could not do.
    private init(server error: StoreError) {
        switch error {
        case .unknown(let server, let reason):
            self.init(
                .unknownOutcome, "store.unknown",
                "no sure answer from store '\(server)': \(reason); whether it was done is not known",
                hint: "ask again with the same reservation id or --idempotency-key: that is safe")
        case .unreachable(let server, let reason):
            self.init(
                .unavailable, "store.unreachable",
                "store '\(server)' is not available: \(reason); nothing was changed",
                hint: "does its server run, and is --store right?")
        case .denied(let server, let reason):
            self.init(
                .noPermission, "store.denied", "store '\(server)' denies access: \(reason)",
                hint: "passwords come from LC_REDIS_PASSWORD or ?password-file=PATH in --store, "
                    + "users from redis://USER@HOST")
        case .refused(let server, let reason):
            self.init(.noPermission, "store.refused", "cannot use store '\(server)': \(reason)")
        case .unreadable(let path, let reason):
            self.init(
                .noInput, "store.unreadable-file",
                "cannot use '\(path)', which the address of the store names: \(reason)")
        case .frozen(let catalogue, let epoch):
            self.init(
                .tryAgain, "store.frozen",
                "catalogue '\(catalogue)' is frozen: its server has changed, or it is being "
                    + "repaired (epoch \(epoch))",
                hint: "run 'lcctl stock audit\(Self.option(for: catalogue))': "
                    + "where all agrees, the catalogue goes on")
        default: preconditionFailure("not a failure of a server: \(error)")
        }
    }

    private static func option(for catalogue: CatalogueName) -> String {
        catalogue == .standard ? "" : " --catalogue \(catalogue)"
    }

    /// What a store could not do for a verb on reservations. If that verb may have been done, it
    /// tells by what name to ask again.
    init(_ error: StoreError, asking verb: ReservationVerb, key: IdempotencyKey?) {
        guard case .unknown(let server, let reason) = error else {
            self.init(error)
            return
        }
        var details = JSONObject()
        details["idempotency_key"] = key.map { .string($0.text) }
        let again: String
        switch verb {
        case .reserve(let plan):
            details["reservation"] = .string(plan.id.text)
            again = "--id \(plan.id)"
        case .pay(let id), .confirm(let id), .release(let id), .extend(let id, _):
            details["reservation"] = .string(id.text)
            again = "the same words"
        case .join(let plan):
            details["waiting"] = .string(plan.id.text)
            again = "--id \(plan.id)"
        case .leave(let id):
            details["waiting"] = .string(id.text)
            again = "the same words"
        case .expire: again = "the same words"
        }
        self.init(
            .unknownOutcome, "store.unknown",
            "no sure answer from store '\(server)': \(reason); whether it was done is not known",
            hint: "ask again with \(key.map { "--idempotency-key \($0)" } ?? again): that is safe",
            details: details)
    }
}

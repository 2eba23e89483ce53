import CommandLineKit
import Primitives
import Relaying
import Signaling

/// Runs the relay until a signal ends it.
enum RelayCommand {
    static let root = Command.root(
        output: .document, arguments: RelayArguments.all,
        exitStatuses: [
            .notFound, .conflict, .dataError, .noInput, .internalError, .cannotCreate,
            .noPermission, .interrupted,
        ], run: run)

    /// How often signals are looked for and the log is written.
    private static let tick: Duration = .milliseconds(50)

    private static func run(_ invocation: Invocation, _ console: Console) throws -> ExitStatus {
        let files = try RelayFiles(invocation)
        let settings = try files.settings(invocation)
        OpenFiles.raiseLimit()
        let service = try RelayService(
            settings, log: ServiceLog(clock: console.clocks.wall),
            wallClock: console.clocks.wall)
        // Before anybody is told where it is: who knows it may signal at once.
        Interruption.watchHangups()
        let writer = LogWriter(console, invocation[RelayArguments.log])
        do {
            try announce(service, settings, writer, invocation, console)
            try serve(service, files, writer)
        } catch {
            service.close()
            throw error
        }
        let isTermination = Interruption.isTermination
        if isTermination { drain(service, invocation[RelayArguments.drain], writer, console) }
        service.close()
        writer.write(service.log.take())
        if !isTermination { try Interruption.check() }
        return .ok
    }

    private static func serve(
        _ service: RelayService, _ files: RelayFiles, _ writer: LogWriter
    ) throws {
        while !Interruption.isAsked {
            writer.write(service.log.take())
            if Interruption.takeHangup() { reload(service, files, writer) }
            Interruption.sleep(tick)
        }
    }

    /// Reads the files again. What cannot be used leaves everything as it was.
    private static func reload(
        _ service: RelayService, _ files: RelayFiles, _ writer: LogWriter
    ) {
        do {
            let access = try files.access()
            try service.reloadCertificate()
            service.replace(access)
            writer.tellReloaded()
        } catch {
            writer.tellNotReloaded(WHIPRelay.words(for: error))
        }
    }

    private static func drain(
        _ service: RelayService, _ limit: Duration, _ writer: LogWriter, _ console: Console
    ) {
        service.drain()
        let end = console.clocks.monotonic() + limit
        while service.sessionCount > 0, console.clocks.monotonic() < end {
            writer.write(service.log.take())
            Interruption.sleep(tick)
        }
    }

    /// The first line: scripts read from it which ports were free.
    private static func announce(
        _ service: RelayService, _ settings: ServiceSettings, _ writer: LogWriter,
        _ invocation: Invocation, _ console: Console
    ) throws {
        let place = ListeningPlace(service, isSecure: settings.certificate != nil)
        writer.tell(place)
        let isForAll = !service.httpAddress.isLoopback
        writer.advise(
            place, isOpenToAll: isForAll && settings.access.publish.isEmpty,
            isPlainToAll: isForAll && settings.certificate == nil)
        if invocation[StandardOptions.documentFormat] == .json {
            try console.answer(invocation, place.json) { "" }
            try console.flush()
        }
    }
}

import Primitives
import TestSupport

/// Chromium playing files of a folder and telling the numbers of the pictures it shows.
final class Player {
    static var isThere: Bool { PageBrowser.isThere || Machine.isCI }

    let origin: String
    private let server: FileServer
    private let browser: PageBrowser

    /// Writes its page into the folder.
    init(_ folder: ScratchFolder) throws {
        folder.write(Self.page, to: "player.html")
        server = try FileServer(folder.path)
        origin = server.origin
        browser = try PageBrowser(
            ["--autoplay-policy=no-user-gesture-required"], loopback: false)
        try browser.open("\(origin)/player.html")
        try browser.await("the player is there", "typeof player === 'object'")
    }

    /// Plays a file or a playlist by its address; gives the duration in seconds.
    @discardableResult
    func load(_ name: String) throws -> Double {
        try number("player.load('\(name)')")
    }

    /// Feeds files into a source buffer, one after the other.
    @discardableResult
    func feed(_ type: String, _ names: [String]) throws -> Double {
        let list = JSON.array(names.map { .string($0) }).text
        return try number("player.feed('\(type)', \(list))")
    }

    /// The numbers of the pictures at these times, each sought; -1 where none can be read.
    func numbers(at seconds: [Double]) throws -> [Int] {
        let times = "[\(seconds.map { "\($0)" }.joined(separator: ","))]"
        let answer = try browser.evaluate("player.numbers(\(times)).then(JSON.stringify)")
        return Self.numbers(answer)
    }

    /// Plays from a time on, for so many seconds: the numbers of the pictures, in the order shown.
    func play(from start: Double, for seconds: Double) throws -> [Int] {
        let answer = try browser.evaluate("player.play(\(start), \(seconds)).then(JSON.stringify)")
        return Self.numbers(answer)
    }

    @discardableResult
    func evaluate(_ script: String) throws -> JSON { try browser.evaluate(script) }

    func await(_ what: String, _ script: String) throws { try browser.await(what, script) }

    private func number(_ script: String) throws -> Double {
        let answer = try browser.evaluate("\(script).then(String)")
        guard let text = answer.stringValue, let number = Double(text) else {
            throw MediaFailure(words: "the player says \(answer.text)")
        }
        return number
    }

    private static func numbers(_ answer: JSON) -> [Int] {
        guard let text = answer.stringValue, case .array(let list) = try? JSON(parsing: text)
        else { return [] }
        return list.map { if case .integer(let number) = $0 { Int(number) } else { -1 } }
    }

    private static let page = """
        <!DOCTYPE html><meta charset="utf-8"><title>player</title>
        <video id="video" muted playsinline></video>
        <script>
        const video = document.getElementById('video');
        const canvas = document.createElement('canvas');
        const brush = canvas.getContext('2d', {willReadFrequently: true});
        const after = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
        const event = (target, name, seconds) => Promise.race([
            new Promise((done) => target.addEventListener(name, done, {once: true})),
            after(seconds).then(() => { throw new Error(`no ${name}: ${player.state()}`); })]);
        const player = {
            view: {left: 0.35, width: 0.3, top: 0.1, height: 0.8},
            state: () => `ready ${video.readyState} at ${video.currentTime} `
                + `error ${video.error && video.error.message}`,
            async load(name) {
                video.src = name;
                video.preload = 'auto';
                if (video.readyState < 2) await event(video, 'loadeddata', 15);
                return video.duration;
            },
            async feed(type, names) {
                const media = new MediaSource();
                video.src = URL.createObjectURL(media);
                await event(media, 'sourceopen', 10);
                const buffer = media.addSourceBuffer(type);
                for (const name of names) {
                    const answer = await fetch(name);
                    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
                    buffer.appendBuffer(await answer.arrayBuffer());
                    await event(buffer, 'updateend', 10);
                    if (video.error) throw new Error(player.state());
                }
                media.endOfStream();
                if (video.readyState < 2) await event(video, 'loadeddata', 10);
                return video.duration;
            },
            number() {
                const {videoWidth: width, videoHeight: height} = video;
                if (!width) return -1;
                canvas.width = width; canvas.height = height;
                brush.drawImage(video, 0, 0);
                let code = 0;
                for (let field = 23; field >= 0; field--) {
                    const x = player.view.left + player.view.width * (field % 4 + 0.5) / 4;
                    const row = Math.floor(field / 4) + 0.5;
                    const y = player.view.top + player.view.height * row / 6;
                    const spot = brush.getImageData(
                        Math.floor(x * width) - 1, Math.floor(y * height) - 1, 3, 3).data;
                    let sum = 0;
                    for (let place = 0; place < 36; place += 4) {
                        sum += spot[place] + spot[place + 1] + spot[place + 2];
                    }
                    code = code * 2 + (sum / 27 > 127 ? 1 : 0);
                }
                const number = code & 0x3FFFF;
                let check = 5;
                for (let shift = 0; shift < 18; shift += 3) {
                    check = check * 3 + (number >> shift & 7);
                }
                return code === (number | (check & 15) << 18 | 1 << 22) ? number : -1;
            },
            async seek(seconds) {
                const shown = Promise.race([
                    new Promise((done) => video.requestVideoFrameCallback(done)), after(1)]);
                const sought = event(video, 'seeked', 10);
                video.currentTime = seconds;
                await sought;
                await shown;
            },
            async numbers(times) {
                const numbers = [];
                for (const time of times) {
                    await player.seek(time);
                    numbers.push(player.number());
                }
                return numbers;
            },
            async play(start, seconds) {
                await player.seek(start);
                const numbers = [];
                const note = () => {
                    numbers.push(player.number());
                    if (!video.paused) video.requestVideoFrameCallback(note);
                };
                video.requestVideoFrameCallback(note);
                await video.play();
                await after(seconds);
                video.pause();
                return numbers;
            },
        };
        </script>
        """
}

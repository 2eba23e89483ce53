"""Drives one headless Chromium by its debugging pipe.

Reads JSON Lines from standard input: {"id": 1, "open": URL}, {"id": 2, "evaluate": JAVASCRIPT},
{"id": 3, "picture": FILE} or {"id": 4, "call": METHOD, "with": {…}} for all else that the debugging
protocol has, and answers each with {"id", "value"} or {"id", "error"}. When standard input ends, so
does Chromium. Arguments: Chromium, and its flags.
"""

import base64
import json
import os
import signal
import subprocess
import sys


class Pipe:
    def __init__(self, command):
        (their_input, self.output), (self.input, their_output) = os.pipe(), os.pipe()

        def place():
            # Chromium takes them at 3 and 4; they may have those numbers the other way round.
            high = [os.dup2(end, number) for end, number in ((their_input, 30), (their_output, 31))]
            for end, number in zip(high, (3, 4)):
                os.dup2(end, number)
                os.set_inheritable(number, True)
            os.setsid()

        self.process = subprocess.Popen(
            command, preexec_fn=place, close_fds=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL)
        os.close(their_input)
        os.close(their_output)
        self.number, self.rest = 0, b""

    def ask(self, method, session=None, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.output, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.next()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(answer["error"]["message"])
                return answer["result"]

    def next(self):
        while b"\0" not in self.rest:
            piece = os.read(self.input, 1 << 16)
            if not piece:
                raise EOFError("Chromium has ended")
            self.rest += piece
        message, _, self.rest = self.rest.partition(b"\0")
        return json.loads(message)

    def end(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


def evaluate(pipe, session, text):
    result = pipe.ask(
        "Runtime.evaluate", session, expression=text, awaitPromise=True, returnByValue=True,
        userGesture=True)
    if "exceptionDetails" in result:
        details = result["exceptionDetails"]
        raise RuntimeError(details.get("exception", {}).get("description", details["text"]))
    return result["result"].get("value")


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    pipe = Pipe(sys.argv[1:] + ["--remote-debugging-pipe", "about:blank"])
    try:
        targets = pipe.ask("Target.getTargets")["targetInfos"]
        target = next(each["targetId"] for each in targets if each["type"] == "page")
        session = pipe.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for line in sys.stdin:
            wish = json.loads(line)
            answer = {"id": wish["id"]}
            try:
                if "open" in wish:
                    pipe.ask("Page.navigate", session, url=wish["open"])
                elif "picture" in wish:
                    data = pipe.ask("Page.captureScreenshot", session, format="png")["data"]
                    with open(wish["picture"], "wb") as file:
                        file.write(base64.b64decode(data))
                elif "call" in wish:
                    answer["value"] = pipe.ask(
                        wish["call"], session, **wish.get("with", {}))
                else:
                    answer["value"] = evaluate(pipe, session, wish["evaluate"])
            except RuntimeError as error:
                answer["error"] = str(error)
            print(json.dumps(answer), flush=True)
    finally:
        pipe.end()


main()

"""Serves the files below a folder on a free port of loopback, ranges of them too, as a player asks.

Prints the port. Argument: the folder. Ends with its standard input.
"""

import http.server
import os
import re
import sys
import threading

TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl", ".mp4": "video/mp4", ".m4s": "video/iso.segment",
    ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".vtt": "text/vtt",
    ".json": "application/json", ".jpg": "image/jpeg", ".png": "image/png",
}


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = os.path.realpath(os.path.join(FOLDER, self.path.split("?")[0].lstrip("/")))
        if not path.startswith(FOLDER + os.sep) or not os.path.isfile(path):
            self.send_error(404)
            return
        size = os.path.getsize(path)
        wish = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        start = int(wish[1]) if wish else 0
        end = min(int(wish[2]) if wish and wish[2] else size - 1, size - 1)
        if wish and start >= size:
            self.send_error(416)
            return
        self.send_response(206 if wish else 200)
        self.send_header(
            "Content-Type", TYPES.get(os.path.splitext(path)[1], "application/octet-stream"))
        self.send_header("Content-Length", str(end - start + 1))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Cache-Control", "no-store")
        if wish:
            self.send_header("Content-Range", f"bytes {start}-{end}/{size}")
        self.end_headers()
        if self.command == "GET":
            with open(path, "rb") as file:
                file.seek(start)
                try:
                    self.wfile.write(file.read(end - start + 1))
                except ConnectionError:
                    self.close_connection = True

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


FOLDER = os.path.realpath(sys.argv[1])
SERVER = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
SERVER.daemon_threads = True
threading.Thread(target=SERVER.serve_forever, daemon=True).start()
print(SERVER.server_port, flush=True)
sys.stdin.read()

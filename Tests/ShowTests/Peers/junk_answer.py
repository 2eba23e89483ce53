"""A server that takes every offer and answers it with words that are no SDP; says its port first."""

import http.server
import sys

BODY = sys.argv[1].encode()


class Junk(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("Content-Type", "application/sdp")
        self.send_header("Location", "/session/1")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def do_DELETE(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Junk)
print(server.server_port, flush=True)
server.serve_forever()

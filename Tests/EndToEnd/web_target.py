"""A server for webhooks to call: it remembers what it was asked, and answers what a test wants."""

from __future__ import annotations

import json
import ssl
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Asked:
    """A request."""

    method: str
    path: str
    fields: dict[str, str]
    body: bytes

    @property
    def json(self) -> object:
        return json.loads(self.body)


class Target:
    """Listens on loopback until it is closed; over TLS where it is given a certificate and its key."""

    def __init__(self, certificate: tuple[str, str] | None = None):
        target = self
        # Answers wait for it.
        self.free = threading.Event()
        self.free.set()
        self.asked: list[Asked] = []
        # The next answers, each a status and fields; then 200.
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.arrived = threading.Condition()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                fields = {name.lower(): value for name, value in self.headers.items()}
                with target.arrived:
                    target.asked.append(Asked(self.command, self.path, fields, body))
                    status, more = target.answers.pop(0) if target.answers else (200, {})
                    target.arrived.notify_all()
                target.free.wait()
                text = b"well\0done"
                self.send_response(status)
                for name, value in {**more, "content-length": str(len(text)), "set-cookie": "a=secret"}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.http.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
            self.url = f"https://localhost:{self.port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def wait(self, count: int, timeout: float = 60) -> list[Asked]:
        """Waits until so many requests have come, and returns them."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.asked) >= count, timeout), self.asked
            return list(self.asked)

    def close(self) -> None:
        self.free.set()
        self.http.shutdown()
        self.http.server_close()

"""Decides what one client is: an address, a namespace, a time-out, and every service of the contract."""

from __future__ import annotations

from typing import Optional

from martlet.calls import Calls
from martlet.channel import address
from martlet.services import Services


class Client(Services):
    """Every RPC as a typed method, grouped by service: `client.runs.get_run(id=...)`.

    A method takes its request as a message, as keyword arguments, or both (then the arguments win), and
    returns the response. Errors are MartletError. Calls that the contract marks as safe to repeat are
    tried again while the server is unavailable. Thread-safe.

        with Client() as client:
            run = client.runs.create_run(run=v1.Run(definition="etl")).run
    """

    def __init__(
        self, url: Optional[str] = None, *, namespace: str = "", timeout: float = 30.0
    ) -> None:
        """`url` is http://HOST:PORT, MARTLET_API_URL when None; `timeout` in seconds, for unary calls."""
        where = address(url)
        self.url, self.namespace = where.url, namespace
        self._calls = Calls(where, namespace, timeout)
        super().__init__(self._calls)

    def close(self) -> None:
        """Ends the connection; streams that are open end with an error."""
        self._calls.channel.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

"""Decides how a server is addressed and what a gRPC channel to it allows."""

from __future__ import annotations

from typing import NamedTuple, Optional
from urllib.parse import urlsplit

from martlet.profile import setting

DEFAULT_ADDRESS = "http://127.0.0.1:4200"
MAX_MESSAGE = 64 * 1024 * 1024


class Address(NamedTuple):
    """Where a server is."""

    target: str
    secure: bool

    @property
    def url(self) -> str:
        """The address as it is written."""
        return f"{'https' if self.secure else 'http'}://{self.target}"

    @property
    def folder(self) -> str:
        """The address as the name of a folder."""
        return "".join(c if c.isalnum() or c in ".-" else "_" for c in self.target)


def address(url: Optional[str] = None) -> Address:
    """The address of `url`, or of MARTLET_API_URL, or of the user's profile, or of the default: http, https or bare host:port.

    Raises ValueError for anything else.
    """
    # Of several replicas the first.
    text = (url or setting("MARTLET_API_URL") or DEFAULT_ADDRESS).split(",")[0]
    if "://" not in text:
        text = "http://" + text
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"not an address of a server: {text!r} (expected http://HOST:PORT)")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return Address(f"{host}:{port}", parts.scheme == "https")


def open_channel(where: Address):
    """A channel that connects when first used, and again within a second or two after a loss."""
    import grpc

    options = [
        ("grpc.max_receive_message_length", MAX_MESSAGE),
        ("grpc.max_send_message_length", MAX_MESSAGE),
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 1000),
        # By its name a pause; in fact how long one attempt to connect may take.
        ("grpc.min_reconnect_backoff_ms", 5000),
        # Without this every channel to one address shares a connection, and its back-off.
        ("grpc.use_local_subchannel_pool", 1),
        # A server that is gone without a word is noticed, also by a stream on which nothing is said.
        ("grpc.keepalive_time_ms", 15_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.http2.max_pings_without_data", 0),
        ("grpc.enable_http_proxy", 0),
    ]
    if not where.secure:
        return _with_key(grpc.insecure_channel(where.target, options))
    name = setting("MARTLET_API_TLS_SERVER_NAME")
    if name:
        options.append(("grpc.ssl_target_name_override", name))
    credentials = grpc.ssl_channel_credentials(
        root_certificates=_file("MARTLET_API_TLS_CA"),
        private_key=_file("MARTLET_API_TLS_KEY"),
        certificate_chain=_file("MARTLET_API_TLS_CERT"),
    )
    return _with_key(grpc.secure_channel(where.target, credentials, options))


def _file(name: str) -> Optional[bytes]:
    """The content of the file a setting names; None when it names none."""
    path = setting(name)
    if not path:
        return None
    with open(path, "rb") as file:
        return file.read()


def _with_key(channel):
    """The channel, whose calls say by MARTLET_API_KEY who asks."""
    key = setting("MARTLET_API_KEY")
    if not key:
        return channel
    import grpc

    from martlet._key import KeySender

    return grpc.intercept_channel(channel, KeySender(key))

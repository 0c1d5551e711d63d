"""The peer of Ping: the same bytes each way, served by Python's grpc.aio, whose messages are not even decoded.

Usage: aio_server.py HOST:PORT
"""

from __future__ import annotations

import asyncio
import sys

import grpc


class Ping(grpc.GenericRpcHandler):
    """Echoes the payload: field 1 of the request is field 1 of the response."""

    def service(self, handler_call_details):
        async def echo(request: bytes, context) -> bytes:
            return request

        return grpc.unary_unary_rpc_method_handler(echo)


async def main() -> None:
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((Ping(),))
    server.add_insecure_port(sys.argv[1])
    await server.start()
    print("listening", flush=True)
    await server.wait_for_termination()


asyncio.run(main())

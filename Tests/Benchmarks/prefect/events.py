"""Sends events to /events/in as Prefect's clients do, and tells how long it took until each is to be found.

Martlet answers a ping when all that came before it is durable; Prefect's server answers at once, and writes later.
Usage: events.py COUNT
"""

import asyncio
import json
import sys
import time
import urllib.request
import uuid
from datetime import datetime, timezone

import websockets
from prefect.settings import PREFECT_API_URL


# Martlet counts the events of a filter up to 10,000.
OF_ONE_NAME = 5_000


def held(name: str) -> int:
    body = {"filter": {"event": {"name": [name]}}, "limit": 1}
    request = urllib.request.Request(
        PREFECT_API_URL.value() + "/events/filter", json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)["total"]


async def main(count: int) -> None:
    names = [f"bench.{uuid.uuid4()}" for _ in range(0, count, OF_ONE_NAME)]
    now = datetime.now(timezone.utc).isoformat()
    texts = [
        json.dumps({
            "id": str(uuid.uuid4()), "event": names[n // OF_ONE_NAME], "occurred": now, "payload": {"amount": n, "currency": "EUR"},
            "resource": {"prefect.resource.id": f"shop.order.{n}", "region": "north"}, "related": []})
        for n in range(count)]
    url = PREFECT_API_URL.value().replace("http", "ws", 1) + "/events/in"
    async with websockets.connect(url, subprotocols=["prefect"]) as socket:
        await socket.send(json.dumps({"type": "auth", "token": None}))
        if json.loads(await socket.recv())["type"] != "auth_success":
            sys.exit("the server lets nobody in")
        start, own = time.monotonic(), time.process_time()
        for text in texts:
            await socket.send(text)
        own = time.process_time() - own
        await asyncio.wait_for(await socket.ping(), 300)
        answered = time.monotonic() - start
        while (found := sum(held(name) for name in names)) < count:
            if time.monotonic() - start > 300:
                sys.exit(f"{found} of {count} events are there")
            await asyncio.sleep(0.02)
        taken = time.monotonic() - start
    print(f"figure events_answered = {count / answered:.0f} 1/s")
    print(f"figure events_held = {count / taken:.0f} 1/s")
    print(f"figure events_client_cpu = {own / count * 1e6:.1f} us")


asyncio.run(main(int(sys.argv[1])))

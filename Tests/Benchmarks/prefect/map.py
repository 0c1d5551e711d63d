"""Maps a task over many numbers with Prefect's own client, and tells how long it took until the server holds every end.

The client makes the runs one after the other and tells of each by events: its own time is a part of the figure. A server that
has heard of no other end for a minute has lost the rest: then there is no time until it held them all.
Usage: map.py COUNT
"""

import json
import sys
import time
import urllib.request

from prefect import flow, task
from prefect.runtime import flow_run
from prefect.settings import PREFECT_API_URL


@task
def square(n: int) -> int:
    return n * n


@flow(name="bench-map")
def mapped(count: int) -> str:
    for future in square.map(range(count)):
        future.wait()
    return str(flow_run.get_id())


def count_of(run: str) -> int:
    body = {"flow_runs": {"id": {"any_": [run]}}, "task_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}
    request = urllib.request.Request(
        PREFECT_API_URL.value() + "/task_runs/count", json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


count = int(sys.argv[1])
start = time.monotonic()
run = mapped(count)
ended = time.monotonic() - start
kept = grown = 0
while (held := count_of(run)) < count:
    if held > kept:
        kept, grown = held, time.monotonic()
    if time.monotonic() - max(grown, start + ended) > 60:
        break
    time.sleep(0.05)
print(f"figure map_ended = {ended:.2f} s")
print(f"figure map_kept = {held} runs")
if held == count:
    print(f"figure map_held = {time.monotonic() - start:.2f} s")
print(f"figure map_client_cpu = {time.process_time():.2f} s")

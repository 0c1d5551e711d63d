"""Flows for Prefect's client, each a script that prints a JSON object as its last line."""

TIMEOUTS = """
import json, time
from prefect import flow, task

@task(timeout_seconds=0.3)
def slow():
    time.sleep(30)

@flow(name="e2e-slow-task")
def tasks():
    return slow(return_state=True).name

@flow(name="e2e-slow-flow", timeout_seconds=0.5)
def itself():
    time.sleep(30)

said = tasks()
state = itself(return_state=True)
print(json.dumps({"task": said, "flow": state.name, "run": str(state.state_details.flow_run_id)}))
"""

RETRIES = """
import json
from prefect import flow, task
from prefect.runtime import flow_run

tries = {"task": 0, "flow": 0}

@task(retries=2, retry_delay_seconds=[0.1, 0.2])
def shaky():
    tries["task"] += 1
    if tries["task"] < 3:
        raise ValueError("not yet")
    return tries["task"]

@flow(name="e2e-shaky-flow", retries=1, retry_delay_seconds=0)
def again():
    tries["flow"] += 1
    ids.append(str(flow_run.get_id()))
    if tries["flow"] < 2:
        raise RuntimeError("once")
    return shaky()

ids = []
value = again()
print(json.dumps({"value": value, "tries": tries, "runs": ids}))
"""

CACHING = """
import json, uuid
from prefect import flow, task
from prefect.cache_policies import INPUTS
from prefect.runtime import flow_run

made = []

@task(cache_policy=INPUTS, persist_result=True)
def costly(key):
    made.append(key)
    return key

@flow(name="e2e-cache")
def cached(key):
    first = costly(key, return_state=True)
    second = costly(key, return_state=True)
    return json.dumps({"run": str(flow_run.get_id()), "names": [first.name, second.name], "made": len(made)})

print(cached(str(uuid.uuid4())))
"""

EVENTS = """
import json
from prefect import flow
from prefect.events import emit_event
from prefect.runtime import flow_run

@flow(name="e2e-events")
def eventful():
    for n in range(5):
        emit_event(event="shop.order.placed", resource={"prefect.resource.id": f"shop.order.{n}", "kind": "e2e"},
                   payload={"n": n})
    return json.dumps({"run": str(flow_run.get_id())})

print(eventful())
"""

HOOKS = """
import json
from prefect import flow, task

heard = []

def hear(name):
    def hook(subject, run, state):
        heard.append(f"{name}:{state.name}")
    return hook

@task(on_completion=[hear("task")])
def good():
    return 1

@flow(name="e2e-hooks", on_completion=[hear("flow")], on_running=[hear("start")])
def well():
    good()

@flow(name="e2e-hooks-bad", on_failure=[hear("failure")])
def badly():
    raise ValueError("no")

well()
badly(return_state=True)
print(json.dumps({"heard": heard}))
"""

LOGS = """
import json
from prefect import flow, get_run_logger, task
from prefect.runtime import flow_run

@task
def speak():
    get_run_logger().warning("from the task, with a comma")

@flow(name="e2e-logs", log_prints=True)
def talk():
    print("printed")
    get_run_logger().error("an error")
    speak()
    return json.dumps({"run": str(flow_run.get_id())})

print(talk())
"""

STATES = """
import json
from prefect import flow, task
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

@task
def named():
    return Completed(name="Skipped", message="nothing to do")

@task
def failing():
    raise ValueError("broken")

@task(persist_result=True)
def result():
    return {"kept": 1}

@flow(name="e2e-states")
def states():
    one = named(return_state=True)
    two = failing(return_state=True)
    three = result(return_state=True)
    return json.dumps({"run": str(flow_run.get_id()), "names": [one.name, two.name, three.name],
                       "result": three.result()})

print(states())
"""

MAP = """
import json, sys
from prefect import flow, task
from prefect.runtime import flow_run

@task
def square(n):
    return n * n

@flow(name="e2e-map")
def mapped(count: int):
    print("run", flow_run.get_id(), flush=True)
    futures = square.map(range(count))
    return sum(future.result() for future in futures)

if __name__ == "__main__":
    count = int(sys.argv[1])
    total = mapped(count)
    print(json.dumps({"total": total}))
"""

WAITING = """
import time
from prefect import flow
from prefect.runtime import flow_run

@flow(name="e2e-waiting")
def waiting():
    print("run", flow_run.get_id(), flush=True)
    time.sleep(60)

waiting()
"""

# Sends the texts of a file to /events/in, pings, and ends without a word when the ping is answered.
SENDING = """
import asyncio, json, sys
import websockets

async def main(url, texts):
    socket = await websockets.connect(url, subprotocols=["prefect"])
    await socket.send(json.dumps({"type": "auth", "token": None}))
    assert json.loads(await socket.recv())["type"] == "auth_success"
    for text in texts:
        await socket.send(text)
    await asyncio.wait_for(await socket.ping(), 60)
    print(json.dumps({"sent": len(texts)}), flush=True)
    socket.transport.abort()

asyncio.run(main(sys.argv[1], [json.dumps(event) for event in json.load(open(sys.argv[2]))]))
"""

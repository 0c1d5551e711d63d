"""Every command of Prefect's own command line that talks to a server does what it is for."""

from __future__ import annotations

import datetime
import json
import shlex
import uuid

import pytest

from prefect_commands import LEAVES, Commands
from prefect_process import Prefect, last_json, needs_prefect
from test_prefect_work import programs, wait_for_runs  # noqa: F401

pytestmark = needs_prefect

FLOWS = """
from prefect import flow, get_run_logger, task

@task
def twice(n: int):
    get_run_logger().info("twice %s", n)
    return 2 * n

@flow(name="cli-flow", log_prints=True)
def main(n: int = 1):
    print("the flow of the command line")
    return twice(n)

@task
def background(n: int):
    return n
"""

BLOCKS = """
from prefect.blocks.core import Block
from prefect.filesystems import LocalFileSystem

class Harbour(Block):
    _block_type_name = "Cli Harbour"
    _block_type_slug = "cli-harbour"
    depth: int = 3

# What the packages of the clouds register, as far as the command line asks for it.
class CloudKey(Block):
    _block_type_name = "Cli Azure Key"
    _block_type_slug = "azure-blob-storage-credentials"
    account: str = "a"

class AwsKey(CloudKey):
    _block_type_name = "Cli AWS Key"
    _block_type_slug = "aws-credentials"

class S3(Block):
    _block_type_name = "Cli S3"
    _block_type_slug = "s3-bucket"
    bucket_name: str
    bucket_folder: str = ""
    credentials: AwsKey

class GCS(Block):
    _block_type_name = "Cli GCS"
    _block_type_slug = "gcs-bucket"
    bucket: str
    bucket_folder: str = ""

class Container(Block):
    _block_type_name = "Cli Container"
    _block_type_slug = "azure-blob-storage-container"
    container_name: str
    credentials: CloudKey

def save():
    AwsKey().save("cli-aws", overwrite=True)
    CloudKey().save("cli-azure", overwrite=True)
    for kind in (S3, GCS, Container):
        kind.register_type_and_schema()
    Harbour().save("north", overwrite=True)
    LocalFileSystem(basepath="/nowhere").save("cli-files", overwrite=True)
"""

SAVE_BLOCKS = "import blocks; blocks.save()"

SEED = """
import json
from flows import main
from prefect.artifacts import create_markdown_artifact
from prefect.runtime import flow_run
from prefect import flow

@flow(name="cli-seed")
def seed():
    create_markdown_artifact(key="cli-report", markdown="# One")
    create_markdown_artifact(key="cli-report", markdown="# Two")
    main(4)
    return str(flow_run.get_id())

print(json.dumps({"run": seed()}))
"""

PROJECT = """
name: cli
deployments:
- name: by-file
  entrypoint: flows.py:main
  parameters: {n: 2}
  work_pool: {name: cli-deployed}
  pull:
  - prefect.deployments.steps.set_working_directory: {directory: %s}
"""

AUTOMATION = {
    "name": "cli-automation", "trigger": {
        "type": "event", "posture": "Reactive", "expect": ["cli.never"], "threshold": 1, "within": 0},
    "actions": [{"type": "do-nothing"}]}

# What each group of commands does: the command, and what it says. {names} are filled from what is there.
GROUPS: dict[str, list[tuple[str, str]]] = {
    "api": [("api GET /health", "true"), ("api POST /flows/filter --data '{{\"limit\": 1}}'", "cli-")],
    "artifact": [
        ("artifact ls", "cli-report"), ("artifact ls --all -o json", "# One"),
        ("artifact inspect cli-report", "# Two"), ("artifact delete --id {artifact}", "Deleted artifact"),
        ("artifact delete cli-report", "cli-report")],
    "automation": [
        ("automation create --from-file automation.json", "Created automation"),
        ("automation create --from-json {other_automation}", "Created automation"),
        ("automation ls", "cli-automation"), ("automation inspect cli-automation", "cli.never"),
        ("automation inspect --id {automation} -o json", "cli.never"),
        ("automation pause cli-automation", "Paused automation"), ("automation resume cli-automation", "Resumed automation"),
        ("automation disable --id {automation}", "Paused automation"), ("automation enable --id {automation}", "Resumed automation"),
        ("automation update --id {automation} --from-json {changed_automation}", "Updated automation"),
        ("automation inspect --id {automation}", "changed by hand"),
        ("automation delete --id {automation}", "Deleted automation"), ("automation delete --all", "eleted")],
    "block": [
        ("block register -f blocks.py", "Cli Harbour"), ("block register -m prefect.blocks.system", "Secret"),
        ("block type ls", "cli-harbour"), ("block type inspect cli-harbour", "Cli Harbour"), ("block ls", "cli-harbour/north"),
        ("block inspect cli-harbour/north", "depth"), ("block inspect --id {block} -o json", "depth"),
        ("block create cli-harbour", "/blocks/catalog/cli-harbour/create"), ("block delete cli-harbour/north", "Deleted"),
        ("--no-prompt block type delete cli-harbour", "Deleted")],
    "concurrency-limit": [
        ("concurrency-limit create cli-tag 2", "cli-tag"), ("concurrency-limit ls", "cli-tag"),
        ("concurrency-limit inspect cli-tag", "cli-tag"), ("concurrency-limit reset cli-tag", "Reset"),
        ("concurrency-limit delete cli-tag", "Deleted")],
    "gcl": [
        ("gcl create cli-limit --limit 3 --slot-decay-per-second 0.5", "Created"), ("gcl ls", "cli-limit"),
        ("gcl inspect cli-limit", "cli-limit"), ("gcl disable cli-limit", "Disabled"), ("gcl enable cli-limit", "Enabled"),
        ("gcl update cli-limit --limit 9", "Updated"), ("gcl inspect cli-limit -o json", '"limit": 9'),
        ("gcl delete cli-limit", "Deleted")],
    "variable": [
        ("variable set cli_variable '{{\"a\": 1}}' --tag t", "Set variable"), ("variable set cli_variable 5 --overwrite", "Set variable"),
        ("variable ls", "cli_variable"), ("variable get cli_variable", "5"), ("variable inspect cli_variable", "cli_variable"),
        ("variable unset cli_variable", "Unset"), ("variable set cli_variable 6", "Set variable"),
        ("variable delete cli_variable", "Unset")],
    "work-pool": [
        ("work-pool create cli-pool --type process --paused", "Created work pool"), ("work-pool ls", "cli-pool"), ("work-pool ls --verbose", "Base Job Template"),
        ("work-pool inspect cli-pool", "cli-pool"), ("work-pool resume cli-pool", "Resumed"),
        ("work-pool pause cli-pool", "Paused"), ("work-pool update cli-pool --description 'by hand'", "Updated"),
        ("work-pool set-concurrency-limit cli-pool 3", "'cli-pool' to 3"), ("work-pool slots cli-pool", "3"),
        ("work-pool clear-concurrency-limit cli-pool", "Cleared"),
        ("work-pool get-default-base-job-template --type process", "job_configuration"),
        ("work-pool preview cli-deployed", "cli-"), ("work-pool storage inspect cli-pool", "o storage"),
        ("work-pool storage configure s3 cli-pool --bucket b --aws-credentials-block-name cli-aws", "Configured"),
        ("work-pool storage inspect cli-pool", "S3"),
        ("work-pool storage configure gcs cli-pool --bucket b", "Configured"),
        ("work-pool storage configure azure-blob-storage cli-pool --container c "
         "--azure-blob-storage-credentials-block-name cli-azure", "Configured"),
        ("--no-prompt work-pool delete cli-pool", "Deleted")],
    "work-queue": [
        ("work-queue create cli-queue --pool cli-queues --priority 2 --limit 4", "Created"),
        ("work-queue ls --pool cli-queues", "cli-queue"), ("work-queue inspect cli-queue --pool cli-queues", "cli-queue"),
        ("work-queue pause cli-queue --pool cli-queues", "aused"), ("work-queue resume cli-queue --pool cli-queues", "esumed"),
        ("work-queue set-concurrency-limit cli-queue 5 --pool cli-queues", "5"),
        ("work-queue slots cli-queue --pool cli-queues", "5"),
        ("work-queue clear-concurrency-limit cli-queue --pool cli-queues", "emoved"),
        ("work-queue preview default --pool cli-deployed", "cli-"), ("work-queue read-runs default --pool cli-deployed", "ead"),
        ("--no-prompt work-queue delete cli-queue --pool cli-queues", "eleted")],
    "deployment": [
        ("--no-prompt deploy --name by-file", "successfully"), ("deployment ls", "cli-flow/by-file"),
        ("deployment inspect cli-flow/by-file", "by-file"),
        ("deployment schedule create cli-flow/by-file --cron '0 3 * * *'", "Created"),
        ("deployment schedule ls cli-flow/by-file", "0 3 * * *"),
        ("deployment schedule pause cli-flow/by-file {schedule}", "aused"),
        ("deployment schedule resume cli-flow/by-file {schedule}", "esumed"),
        ("deployment schedule pause --all", "aused"), ("deployment schedule resume --all", "esumed"),
        ("deployment schedule delete cli-flow/by-file {schedule} --accept-yes", "Deleted"),
        ("deployment schedule create cli-flow/by-file --interval 3600", "Created"),
        ("deployment schedule clear cli-flow/by-file --accept-yes", "Cleared"),
        ("deployment run cli-flow/by-file --param n=8 --flow-run-name cli-by-hand --tag t --start-in '1 hour'", "cli-by-hand"),
        ("sdk generate --output sdk.py", "sdk.py"), ("deployment delete cli-flow/by-file", "Deleted")],
    "flow-run": [
        ("flow ls", "cli-flow"), ("flow-run ls", "cli-seed"), ("flow-run ls --state-type COMPLETED -o json", "{run}"),
        ("flow-run inspect {run}", "StateType.COMPLETED"), ("flow-run logs {child}", "the flow of the command line"),
        ("flow-run logs {child} --tail -n 1", "Finished in state"), ("flow-run watch {run}", "ompleted"),
        ("flow-run retry {child} --entrypoint flows.py:main", "completed successfully"),
        ("flow-run cancel {waiting}", "scheduled for cancellation"), ("flow-run delete {waiting}", "Successfully deleted"),
        ("task-run ls", "twice"), ("task-run inspect {task}", "twice"), ("task-run logs {task}", "twice 4")],
    "execute": [("flow-run execute {ready}", "")],
    "worker": [("worker start --pool cli-deployed --type process --run-once --name cli-worker", "cli-worker")],
    "shell": [
        ("shell watch 'echo seen by the shell' --flow-name cli-shell --log-output", "seen by the shell"),
        ("shell serve 'echo served' --flow-name cli-served --deployment-name once --run-once", "once")],
    "events": [("event emit cli.sailed --resource-id cli.ship.1 --payload '{{\"knots\": 3}}'", "emitted")],
    "result-storage": [
        ("experimental result-storage inspect", "No"),
        ("experimental result-storage set local-file-system/cli-files", "Set default"),
        ("experimental result-storage inspect", "cli-files"), ("experimental result-storage clear", "Cleared"),
        ("experimental result-storage inspect -o json", "null")],
    "server": [("server status", "Server is available"), ("version", "3.9.1"), ("config validate", ""), ("profile ls", "Available Profiles")],
}

# Leaves with a test of their own: those that go on until they are ended, and the one that needs two servers.
ELSEWHERE = {
    "event stream": "test_events_are_streamed", "flow serve": "test_a_flow_is_served", "task serve": "test_a_task_is_served",
    "transfer": "test_all_is_transferred",
}
# Leaves that ask no server of this kind.
LOCAL = (
    "cloud", "config", "dev", "profile", "init", "deploy init", "plugins", "experimental plugins", "server database", "server services",
    "server start", "server stop", "dashboard open", "work-pool provision-infra",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    place = tmp_path_factory.mktemp("cli")
    (place / "flows.py").write_text(FLOWS)
    (place / "blocks.py").write_text(BLOCKS)
    (place / "prefect.yaml").write_text(PROJECT % place)
    (place / "automation.json").write_text(json.dumps(AUTOMATION))
    return place


@pytest.fixture(scope="module")
def prefect(calm_server, home) -> Prefect:
    prefect = Prefect(calm_server.port, home / "prefect")
    prefect.environment |= {
        "PYTHONPATH": str(home), "PREFECT_RUNNER_POLL_FREQUENCY": "1", "PREFECT_WORKER_QUERY_SECONDS": "1"}
    return prefect


@pytest.fixture(scope="module")
def names(calm_server, prefect, home) -> dict:
    """What is there, by the names that commands use."""
    def post(path: str, body: dict) -> dict:
        status, answer = prefect.request("POST", path, body)
        assert status in (200, 201), (path, answer)
        return answer

    run = last_json(prefect.run(SEED))["run"]
    prefect.run(SAVE_BLOCKS)
    found = wait_for_runs(calm_server.port, f'root_id = "{run}" AND state.type = COMPLETED', 3)
    by_name = {one["definition"].split("-")[0] if one["kind"] == "RUN_KIND_TASK" else one["definition"]: one["id"] for one in found}
    for pool in ("cli-queues", "cli-deployed"):
        post("/work_pools/", {"name": pool, "type": "process"})
    flow = post("/flows/", {"name": "cli-flow"})["id"]
    deployment = post("/deployments/", {
        "name": "kept", "flow_id": flow, "work_pool_name": "cli-deployed", "entrypoint": "flows.py:main", "path": str(home),
        "pull_steps": [{"prefect.deployments.steps.set_working_directory": {"directory": str(home)}}]})["id"]
    ahead = post(f"/deployments/{deployment}/create_flow_run", {
        "state": {"type": "SCHEDULED", "state_details": {"scheduled_time": "2099-01-01T00:00:00Z"}}})["id"]
    ready = post(f"/deployments/{deployment}/create_flow_run", {"name": "cli-ready"})["id"]
    return {"run": run, "child": by_name["cli-flow"], "task": by_name["twice"], "waiting": ahead, "ready": ready}


def late(prefect: Prefect, word: str) -> str:
    """What a command before has made."""
    def first(path: str, body: dict) -> str:
        return prefect.request("POST", path, body)[1][0]["id"]

    if word == "artifact":
        return first("/artifacts/filter", {"artifacts": {"key": {"any_": ["cli-report"]}}, "sort": "CREATED_DESC"})
    if word == "automation":
        return first("/automations/filter", {"automations": {"name": {"any_": ["cli-automation"]}}})
    if word == "block":
        return prefect.get("/block_types/slug/cli-harbour/block_documents/name/north")["id"]
    if word == "schedule":
        return prefect.get("/deployments/name/cli-flow/by-file")["schedules"][0]["id"]
    assert word in ("other_automation", "changed_automation")
    changed = {"name": "cli-other"} if word == "other_automation" else {"description": "changed by hand"}
    return json.dumps({**AUTOMATION, **changed})


class Names(dict):
    def __init__(self, known: dict, prefect: Prefect):
        super().__init__(known)
        self.prefect = prefect

    def __missing__(self, word: str) -> str:
        return late(self.prefect, word)


@pytest.mark.parametrize("group", GROUPS)
def test_commands(prefect, names, home, group):
    commands = Commands(prefect, home)
    try:
        for line, expected in GROUPS[group]:
            words = [word.format_map(Names(names, prefect)) for word in shlex.split(line)]
            said = commands(*words)
            expected = expected.format_map(Names(names, prefect))
            assert expected in said and "Traceback" not in said, f"prefect {line}:\n{said}"
    finally:
        commands.close()


def test_every_leaf_is_tried(prefect):
    tried = {line.removeprefix("--no-prompt ") for steps in GROUPS.values() for line, _ in steps} | set(ELSEWHERE)
    left = []
    for names in last_json(prefect.run(LEAVES))["leaves"]:
        if any((line + " ").startswith(name + " ") for line in tried for name in names):
            continue
        if not any((name + " ").startswith(prefix + " ") for name in names for prefix in LOCAL):
            left.append(names)
    assert left == []


def test_events_are_streamed(prefect, calm_server, programs, tmp_path):
    out = tmp_path / "stream.log"
    # It writes what it says when there is enough of it, but for this.
    prefect.environment["PYTHONUNBUFFERED"] = "1"
    programs.append(prefect.start_command(out, "-m", "prefect", "events", "stream", "--format", "text"))
    connection = calm_server.connect()
    token = connection.call("RunService/ListRuns", {"pageSize": 1})["resumeToken"]
    for number in range(100):
        body = [{"id": str(uuid.uuid4()), "occurred": datetime.datetime.now(datetime.timezone.utc).isoformat(), "event": "cli.streamed", "payload": {}, "related": [],
                 "resource": {"prefect.resource.id": f"cli.ship.{number}"}}]
        assert prefect.request("POST", "/events", body)[0] == 204
        if "cli.streamed cli.ship." in out.read_text():
            return
        # The command says nowhere that it listens.
        connection.call("RunService/ListRuns", {"wait": "0.5s", "resumeToken": token})
    raise AssertionError(out.read_text())


def test_a_flow_is_served(prefect, names, calm_server, programs, home, tmp_path):
    programs.append(prefect.start_command(
        tmp_path / "serve.log", "-m", "prefect", "flow", "serve", f"{home}/flows.py:main", "--name", "served", "--interval", "2"))
    [run, *_] = wait_for_runs(calm_server.port, 'definition = "cli-flow" AND schedule_id:* AND state.type = COMPLETED', 1)
    assert run["deploymentId"] == prefect.get("/deployments/name/cli-flow/served")["id"]


def test_a_task_is_served(prefect, names, calm_server, programs, home, tmp_path):
    programs.append(prefect.start_command(
        tmp_path / "serve.log", "-m", "prefect", "task", "serve", f"{home}/flows.py:background"))
    prefect.run("from flows import background; background.delay(3)")
    wait_for_runs(calm_server.port, 'definition = "background" AND state.type = COMPLETED', 1)


def test_all_is_transferred(prefect, names, new_server, home):
    there = new_server(options=("--prefect-api", "on")).start()
    other = Prefect(there.port, home / "prefect")
    (home / "prefect").mkdir(exist_ok=True)
    (home / "prefect" / "profiles.toml").write_text(
        f'active = "here"\n[profiles.here]\nPREFECT_API_URL = "{prefect.api}"\n[profiles.there]\nPREFECT_API_URL = "{other.api}"\n')
    assert prefect.request("POST", "/variables/", {"name": "cli_moved", "value": 7})[0] == 201
    prefect.run(SAVE_BLOCKS)
    # Prefect moves no deployment of a default queue: it passes the queue over, and with it what is below. It looks at the
    # first 200 by name, and other tests have made more than that on this server.
    assert prefect.request("POST", "/deployments/", {
        "name": "0-moved", "flow_id": prefect.get("/flows/name/cli-flow")["id"], "work_pool_name": "cli-deployed",
        "work_queue_name": "lane", "entrypoint": "flows.py:main"})[0] == 201
    # An address in the environment would stand for both.
    user = Prefect(0, home / "prefect")
    del user.environment["PREFECT_API_URL"]
    said = user.command("--no-prompt", "transfer", "--from", "here", "--to", "there")
    assert "ailed" not in said, said
    assert other.get("/variables/name/cli_moved")["value"] == 7
    assert other.get("/block_types/slug/cli-harbour/block_documents/name/north")["data"] == {"depth": 3}
    status, moved = other.request("GET", "/deployments/name/cli-flow/0-moved")
    assert (status, moved.get("work_queue_name")) == (200, "lane"), said

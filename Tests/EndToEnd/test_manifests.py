"""Declared things: files of Prefect and our own are explained, deployed, planned and applied."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid

import martlet
import pytest

from martlet_process import BINARY

FLOW = """
def flow(function=None, **_):
    return function or (lambda decorated: decorated)

@flow(name="etl-pipeline", log_prints=True)
def etl_pipeline(api_url: str = "https://api.example.com/data"):
    return api_url

@flow
def my_etl_flow(date: str = None):
    return date
"""

PREFECT_TWO = """\
# prefect.yaml example
name: my-project
prefect-version: 2.14.0

deployments:
  - name: daily-etl
    entrypoint: flows/etl.py:my_etl_flow
    work_pool:
      name: default-agent-pool
    schedule:
      cron: "0 6 * * *"
    parameters:
      date: null
    tags:
      - production
      - etl
"""

LOOSE = """\
# prefect.yaml configuration
work_pool:
  name: aws-ecs-pool
  type: ecs

deployments:
  - name: production
    work_pool_name: aws-ecs-pool
    schedules:
      - cron: "0 */4 * * *"
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "hello.py").write_text(FLOW)
    (tmp_path / "flows" / "etl.py").write_text(FLOW)
    return tmp_path


@pytest.fixture
def cli(project):
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MARTLET_")}

    def run(*words: str, code: int = 0, **variables: str) -> str:
        done = subprocess.run(
            [BINARY, *words], capture_output=True, text=True, timeout=60, cwd=project,
            env={**kept, "HOME": str(project), "MARTLET_PYTHON": sys.executable, **variables},
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout if code == 0 else done.stderr

    return run


@pytest.fixture
def served(cli, calm_server):
    def run(*words: str, code: int = 0, **variables: str) -> str:
        return cli(*words, code=code, MARTLET_API_URL=calm_server.url, **variables)

    return run


@pytest.fixture
def name() -> str:
    return f"m{uuid.uuid4().hex[:12]}"


def test_init_writes_a_file_that_is_read(cli, project):
    assert "martlet deploy" in cli("init", "--name", "first")
    explained = cli("deploy", "--explain")
    assert explained.startswith("name: first\npools:\n- name: default-agent-pool\n".replace("\n- ", "\n  - "))
    assert 'command: "echo \\"hello from $MARTLET_RUN_ID\\""' in explained
    assert "is there already" in cli("init", code=1)


def test_explain_prints_the_normal_form_of_every_shape(cli, project):
    (project / "prefect.yaml").write_text(PREFECT_TWO)
    two = cli("deploy", "--explain")
    for line in (
        "flow: my-etl-flow", "entrypoint: \"flows/etl.py:my_etl_flow\"", "pool: default-agent-pool",
        'cron: "0 6 * * *"', "date: null",
    ):
        assert line in two, two
    (project / "normal.yaml").write_text(two)
    assert cli("deploy", "--explain", "-f", "normal.yaml") == two
    (project / "prefect.yaml").write_text(LOOSE)
    loose = cli("deploy", "--explain")
    assert "flow: production" in loose and "type: ecs" in loose
    flags = cli(
        "deploy", "flows/hello.py:etl_pipeline", "--name", "etl-prod", "--pool", "default-agent-pool",
        "--cron", "*/30 * * * *", "--param", "api_url=https://x", "--param", "count=5", "-t", "a", "-jv", "image=i",
        "--timezone", "Europe/Berlin", "-cl", "2", "--explain",
    )
    for line in (
        "flow: etl-pipeline", 'cron: "*/30 * * * *"', "timezone: Europe/Berlin", 'api_url: "https://x"',
        "count: 5", "image: i", "limit: 2",
    ):
        assert line in flags, flags


def test_mistakes_name_the_file_the_line_and_the_place(cli, project):
    (project / "martlet.yaml").write_text(
        "deployments:\n  - name: a\n    command: x\n    schedules:\n      - cron: '61 * * * *'\n    tagz: [b]\n"
    )
    said = cli("deploy", "--explain", code=2)
    assert "martlet.yaml:5: deployments[0].schedules[0].cron: minute" in said
    assert "martlet.yaml:6: deployments[0].tagz: is no key of a deployment; did you mean tags?" in said
    (project / "martlet.yaml").write_text("deployments: [\n")
    assert "martlet.yaml:" in cli("deploy", "--explain", code=2)
    assert "--cron: minute" in cli("deploy", "flows/etl.py:my_etl_flow", "-n", "a", "--cron", "61 * * * *", "--explain", code=2)
    said = cli("deploy", "flows/etl.py:my_etl_flw", "-n", "a", "--explain", code=2)
    assert "did you mean my_etl_flow?" in said
    (project / "martlet.yaml").write_text("deployments: [{name: a, command: x}, {name: b, command: y}]\n")
    assert "choose with --name" in cli("deploy", "--explain", code=2)
    assert "did you mean a?" in cli("deploy", "--name", "aa", "--explain", code=2)
    assert "name: b" not in cli("deploy", "--name", "a", "--explain")


def test_plan_and_apply_of_limits_and_variables(served, project, name):
    """The half that needs no deployments: repeats change nothing, and only what is its own is pruned."""
    manifest = project / "martlet.yaml"
    text = f"name: {name}\nlimits:\n  - {{name: {name}-l, slots: 5, decay: 2/s}}\nvariables:\n  {name}-v: {{a: [1, 2.5, null]}}\n"
    manifest.write_text(text)
    assert served("plan") == f"+ variable {name}-v\n+ limit {name}-l\n"
    assert served("apply").splitlines()[-1] == "2 changed."
    assert served("plan") == "No changes.\n"
    assert served("apply") == "No changes.\n"
    served("limit", "create", f"{name}-other", "1")
    manifest.write_text(text.replace("slots: 5", "slots: 6").replace("limits:\n", f"limits:\n  - {{name: {name}-other, slots: 2}}\n"))
    assert served("plan").splitlines() == [f"~ limit {name}-other   slots  1 → 2", f"~ limit {name}-l   slots  5 → 6"]
    assert json.loads(served("plan", "-o", "json"))["operations"][0]["changes"] == [{"path": "slots", "old": 1, "new": 2}]
    served("apply")
    # What was there before the first apply is not its own.
    manifest.write_text(f"name: {name}\n")
    assert served("plan").splitlines() == [f"- limit {name}-l (with --prune)", f"- variable {name}-v (with --prune)"]
    assert served("apply") == "No changes.\n"
    assert served("apply", "--prune").splitlines()[-1] == "2 changed."
    assert served("plan") == "No changes.\n"
    served("limit", "get", f"{name}-l", code=3)
    served("limit", "get", f"{name}-other")
    manifest.write_text("limits: []\n")
    assert "has no name" in served("apply", "--prune", code=2)


def test_templates_ask_for_variables_of_the_server(served, project, name):
    served("variable", "set", f"{name}-slots", "7")
    (project / "martlet.yaml").write_text(
        f"limits:\n  - {{name: {name}-l, slots: '{{{{ martlet.variables.{name}-slots }}}}', description: 'of {{{{ $TEAM }}}}'}}\n"
    )
    assert "refers to $TEAM" in served("apply", code=2)
    served("apply", TEAM="data")
    shown = json.loads(served("limit", "get", f"{name}-l", "-o", "json"))["limit"]
    assert (shown["slots"], shown["description"]) == (7, "of data")


def test_deploy_as_the_guides_write_it(served, project, calm_server):
    served("work-pool", "create", "guide-pool", "--type", "process")
    said = served(
        "deploy", "flows/hello.py:etl_pipeline", "--name", "etl-prod", "--pool", "guide-pool", "--cron", "*/30 * * * *"
    )
    assert "Deployment 'etl-pipeline/etl-prod' successfully created with id '" in said
    assert "$ martlet worker start --pool 'guide-pool'" in said
    assert "$ martlet deployment run 'etl-pipeline/etl-prod'" in said
    with martlet.Client(calm_server.url) as client:
        made = client.deployments.get_deployment(deployment="etl-pipeline/etl-prod").deployment
    assert made.spec.entrypoint == "flows/hello.py:etl_pipeline"
    assert made.spec.pull_steps[0].working_directory.path == os.path.realpath(project)
    assert made.schedules[0].cron.expression == "*/30 * * * *"
    assert made.spec.parameter_schema["properties"]["api_url"]["type"] == "string"
    refused = served("deployment", "run", "etl-pipeline/etl-prod", "-p", "api_url=5", code=1)
    assert "run.parameters.api_url: is the number 5: give a text" in refused
    assert "--param 'api_url=\"5\"'" in refused
    again = served(
        "deploy", "flows/hello.py:etl_pipeline", "--name", "etl-prod", "--pool", "guide-pool", "--cron", "*/30 * * * *"
    )
    assert "is unchanged" in again
    changed = served("deploy", "flows/hello.py:etl_pipeline", "-n", "etl-prod", "--description", "new", "--dry-run")
    assert "would change: description" in changed


def test_deploy_from_prefects_files_changes_only_what_is_named(served, project, name):
    (project / "prefect.yaml").write_text(
        PREFECT_TWO.replace("daily-etl", f"{name}-a") + f"  - name: {name}-b\n    entrypoint: flows/etl.py:my_etl_flow\n"
    )
    said = served("deploy", "--name", f"{name}-a")
    assert f"'my-etl-flow/{name}-a' successfully created" in said and f"{name}-b" not in said
    assert served("deploy", "-n", f"{name}-*", "--dry-run").splitlines() == [
        f"Deployment 'my-etl-flow/{name}-a' would stay as it is.",
        f"Deployment 'my-etl-flow/{name}-b' would be created.",
    ]
    assert "declares no deployment 'x-*'" in served("deploy", "-n", "x-*", code=2)
    assert f"'my-etl-flow/{name}-b' successfully created" in served("deploy", "--all")
    (project / "prefect.yaml").write_text(LOOSE.replace("production", name).replace("aws-ecs-pool", f"{name}-pool"))
    # A rehearsal goes without the pool that would be made, and checks all else.
    assert served("deploy", "--dry-run") == f"Deployment '{name}/{name}' would be created.\n"
    assert "does not exist" in served("work-pool", "get", f"{name}-pool", code=3)
    assert "time_zone" in served("deploy", "--dry-run", "--cron", "@daily", "--timezone", "Mars/Base", code=1)
    assert f"'{name}/{name}' successfully created" in served("deploy")


def test_apply_makes_deployments_and_prunes_its_own(served, project, name):
    manifest = project / "martlet.yaml"
    text = f"""\
name: {name}
pools:
  - {{name: {name}-p, type: process, limit: 3, queues: [{{name: high, priority: 1}}]}}
deployments:
  - name: d
    flow: {name}
    command: "true"
    pool: {name}-p
    queue: high
    retries: 2
    retry_delay: {{first: 1s}}
    run_limits: [api]
    loss: RERUN
    run_labels: {{tier: gold}}
    schedules:
      - {{name: nightly, cron: "0 6 * * *", timezone: Europe/Berlin}}
"""
    manifest.write_text(text)
    assert served("plan").splitlines() == [f"+ pool {name}-p", f"+ deployment {name}/d"]
    served("apply")
    assert served("plan") == "No changes.\n"
    manifest.write_text(text.replace("0 6", "0 5"))
    assert served("plan") == f'~ deployment {name}/d   schedules[nightly].cron  "0 6 * * *" → "0 5 * * *"\n'
    served("apply")
    shown = json.loads(served("deployment", "get", f"{name}/d", "-o", "json"))["deployment"]["spec"]
    assert shown["retry"]["maxRetries"] == 2 and shown["retry"]["exponential"]["first"] == "1s"
    assert shown["limits"][0]["name"] == "api" and shown["runLabels"] == {"tier": "gold"}
    assert shown["loss"] == {"action": "ACTION_RERUN", "maxReruns": 3}
    manifest.write_text(f"name: {name}\n")
    assert served("apply", "--prune").splitlines() == [
        f"- deployment {name}/d", f"- pool {name}-p", "2 changed.",
    ]


def test_what_a_server_would_refuse_is_said_with_the_deployment(served, project, name):
    manifest = project / "martlet.yaml"
    manifest.write_text(f"deployments:\n  - {{name: d, flow: {name}, command: x, pool: {name}-none}}\n")
    for command in (["plan"], ["apply"], ["deploy"]):
        told = served(*command, code=3)
        assert f"deployment 'd': there is no work pool '{name}-none': declare it" in told, told
    manifest.write_text(
        f"deployments:\n  - {{name: d, flow: {name}, command: x, schedules: [{{cron: '* * * * *', timezone: No/Where}}]}}\n"
    )
    for command in (["plan"], ["apply"], ["deploy"]):
        told = served(*command, code=1)
        assert f"deployment {name}/d: deployment.schedules[0].time_zone: 'No/Where'" in told, told
    # Everything is told at once, and of what the pool is yet to be made for, too.
    manifest.write_text(
        f"""\
pools:
  - {{name: {name}-new, type: process}}
  - {{name: a/b, type: process}}
  - {{name: {name}-c, type: process, template: {{variables: {{type: array}}, job: {{}}}}}}
limits:
  - {{name: {name}, slots: 2000000}}
deployments:
  - {{name: fine, flow: {name}, command: x, pool: {name}-new}}
  - {{name: zone, flow: {name}, command: x, pool: {name}-new, schedules: [{{cron: '* * * * *', timezone: No/Where}}]}}
  - {{name: names, flow: {name}, command: x, pool: default-agent-pool, job_variables: {{envv: {{}}}}}}
  - {{name: types, flow: {name}, command: x, pool: default-agent-pool, job_variables: {{env: 3}}}}
"""
    )
    told = served("plan", code=1)
    for words in (
        "pool a/b: pool.name: must be without /",
        f"pool {name}-c: pool.template.variables.type: must be",
        f"limit {name}: limit.slots: must be from 0 to 1000000",
        f"deployment {name}/zone: deployment.schedules[0].time_zone: 'No/Where'",
        f"deployment {name}/names: deployment.spec.job_variables.envv: is no variable of the pool's template: "
        'did you mean "env"?',
        f"deployment {name}/types: deployment.spec.job_variables.env: ",
    ):
        assert words in told, (words, told)
    assert f"{name}/fine" not in told
    assert json.loads(served("deployment", "ls", "--flow", name, "-o", "json")).get("deployments") is None


def test_an_entrypoint_that_its_file_does_not_have_is_refused(served, project, name):
    told = served("deploy", "flows/hello.py:etl_pipelin", "--name", name, "--pool", "default-agent-pool", code=2)
    assert "flows/hello.py has no function etl_pipelin; did you mean etl_pipeline?" in told
    (project / "flows" / "dynamic.py").write_text("from hello import *\n")
    served("deploy", "flows/dynamic.py:etl_pipeline", "--name", name, "--pool", "default-agent-pool")


def test_many_deployments_are_made_in_one_apply(served, project, name):
    entries = "".join(f"  - {{name: d{number}, flow: {name}, command: x}}\n" for number in range(200))
    (project / "martlet.yaml").write_text(f"name: {name}\ndeployments:\n{entries}")
    lines = served("apply").splitlines()
    assert sorted(lines[:-1]) == sorted(f"+ deployment {name}/d{number}" for number in range(200))
    assert lines[-1] == "200 changed."
    assert served("plan") == "No changes.\n"


def test_what_others_made_again_is_not_pruned(served, project, name):
    manifest = project / "martlet.yaml"
    manifest.write_text(f"name: {name}\nlimits:\n  - {{name: {name}, slots: 5}}\n")
    served("apply")
    served("limit", "rm", name)
    manifest.write_text(f"name: {name}\n")
    assert served("apply") == "No changes.\n"
    served("limit", "create", name, "7")
    assert served("apply", "--prune") == "No changes.\n"
    assert name in served("limit", "ls")


def test_a_flow_of_a_module_is_deployed_and_run(served, project, name):
    package = project / "jobs"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "size.py").write_text("FACTOR = 3\n")
    (package / "etl.py").write_text(
        f"from .size import FACTOR\nimport martlet\n\n@martlet.flow('{name}')\ndef main(n: int = 1):\n    return n * FACTOR\n"
    )
    served("work-pool", "create", f"{name}-p", "--type", "process")
    for spelled in ("jobs.etl:main", "jobs.etl.main"):
        said = served("deploy", spelled, "--name", "d", "--pool", f"{name}-p")
        assert f"'{name}/d'" in said
    assert "is unchanged" in said
    shown = json.loads(served("deployment", "get", f"{name}/d", "-o", "json"))["deployment"]["spec"]
    assert shown["entrypoint"] == "jobs.etl:main"
    assert shown["parameterSchema"]["properties"]["n"]["type"] == "integer"
    assert "has no function mian; did you mean main?" in served("deploy", "jobs.etl:mian", "-n", "d", code=2)
    assert "MODULE:FUNCTION" in served("deploy", "jobs/etl:main", "-n", "d", code=2)
    run = served("deployment", "run", f"{name}/d", "--param", "n=5", "-o", "name").strip()
    served("worker", "start", "--pool", f"{name}-p", "--run-once")
    assert served("result", "get", run).strip() == "15"


def test_all_deployments_go_when_that_is_said(served, project, name):
    own = {"MARTLET_NAMESPACE": name}
    (project / "martlet.yaml").write_text(
        f"name: {name}\ndeployments:\n" + "".join(f"  - {{name: d{n}, flow: f, command: 'true'}}\n" for n in range(3))
    )
    served("apply", **own)
    assert len(served("deployment", "ls", "-o", "name", **own).split()) == 3
    served("deployment", "delete", code=2, **own)
    served("deployment", "delete", "f/d0", "--all", code=2, **own)
    found = json.loads(served("deployment", "get", "f/d0", "-o", "json", **own))["deployment"]["id"]
    served("deployment", "delete", "--id", found, **own)
    assert served("deployment", "delete", "--all", **own) == "Deleted 2 deployments.\n"
    assert served("deployment", "ls", "-o", "name", **own) == ""
    assert served("deployment", "rm", "--all", **own) == "Deleted 0 deployments.\n"

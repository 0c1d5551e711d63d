"""The conformance table through the typed client over gRPC, and as bare JSON over HTTP/1.1 with curl."""

from __future__ import annotations

import base64
import json
import subprocess
from typing import Any, Dict, List

import pytest
from conformance import Failed, Transport, cases
from google.protobuf import json_format

from martlet import Client, MartletError, v1
from martlet._proto.martlet.rpc import error_details_pb2


class GRPC(Transport):
    """The typed client."""

    streams = True
    groups = {"SystemService": "system"}

    def __init__(self, url: str) -> None:
        self.client = Client(url)

    def _method(self, service: str, method: str) -> Any:
        group = self.groups.get(service) or service[: -len("Service")].lower() + "s"
        name = "".join("_" + c.lower() if c.isupper() else c for c in method).lstrip("_")
        return getattr(getattr(self.client, group), name)

    def unary(self, service: str, method: str, request: Any) -> Any:
        message = json_format.ParseDict(request, getattr(v1, method + "Request")())
        try:
            response = self._method(service, method)(message)
        except MartletError as error:
            raise failed(error) from None
        return json_format.MessageToDict(response)

    def gather(self, service: str, method: str, step: Dict[str, Any]) -> Dict[str, List[Any]]:
        kind = getattr(v1, method + "Request")
        call = self._method(service, method)
        try:
            if "requests" in step:
                messages = [json_format.ParseDict(request, kind()) for request in step["requests"]]
                answer = call(iter(messages), timeout=60)
            else:
                answer = call(json_format.ParseDict(step.get("request", {}), kind()), timeout=60)
            if "gathered" not in step:
                return json_format.MessageToDict(answer)
            gathered: Dict[str, List[Any]] = {field: [] for field in step["gathered"]}
            with answer:
                for response in answer:
                    for field, items in json_format.MessageToDict(response).items():
                        if field in gathered:
                            gathered[field] += items if isinstance(items, list) else [items]
                    if sum(map(len, gathered.values())) >= step.get("take", 1 << 30):
                        break
            return gathered
        except MartletError as error:
            raise failed(error) from None


def failed(error: MartletError) -> Failed:
    return Failed(
        error.code.lower(), error.reason, [field for field, _ in error.fields], error.message
    )


class Curl(Transport):
    """JSON over HTTP/1.1, one process a call."""

    http = True

    def __init__(self, url: str) -> None:
        self.url = url

    def unary(self, service: str, method: str, request: Any) -> Any:
        status, _, body = self.bare(
            {
                "method": "POST",
                "path": f"/martlet.v1.{service}/{method}",
                "headers": {"content-type": "application/json"},
                "body": request,
            }
        )
        answer = json.loads(body)
        if status == 200:
            return answer
        reason, fields = "", []
        for detail in answer.get("details", []):
            value = base64.b64decode(detail["value"] + "=" * (-len(detail["value"]) % 4))
            if detail["type"] == "google.rpc.ErrorInfo":
                reason = error_details_pb2.ErrorInfo.FromString(value).reason
            elif detail["type"] == "google.rpc.BadRequest":
                violations = error_details_pb2.BadRequest.FromString(value).field_violations
                fields = [violation.field for violation in violations]
        raise Failed(answer["code"], reason, fields, answer.get("message", ""))

    def bare(self, step: Dict[str, Any]) -> Any:
        command = ["curl", "-s", "-i", "--http1.1", "--max-time", "60", "-X", step["method"]]
        for name, value in step["headers"].items():
            command += ["-H", f"{name}: {value}"]
        if "body" in step:
            body = step["body"] if isinstance(step["body"], str) else json.dumps(step["body"])
            command += ["-H", "expect:", "--data-binary", "@-"]
        else:
            body = ""
        out = subprocess.run(command + [self.url + step["path"]], input=body.encode(), capture_output=True)
        assert out.returncode == 0, f"curl: exit {out.returncode} {out.stderr!r}"
        head, _, content = out.stdout.decode().partition("\r\n\r\n")
        lines = head.split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
        }
        return int(lines[0].split()[1]), headers, content


@pytest.fixture(scope="module")
def transports(real):
    grpc = GRPC(real.url)
    yield {"grpc": grpc, "curl": Curl(real.url)}
    grpc.client.close()


TABLE = [
    pytest.param(name, case, id=f"{name}-{case['name']}")
    for case in cases()
    for name, transport in (("grpc", GRPC), ("curl", Curl))
    if transport.can(transport, case)  # type: ignore[arg-type]
]


@pytest.mark.parametrize("name, case", TABLE)
def test_case(transports, name, case):
    transports[name].run(case)


def test_names_are_unique():
    names = [case["name"] for case in cases()]
    assert len(names) == len(set(names))

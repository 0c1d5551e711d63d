"""Decides what the typed client looks like: writes services.py and v1.py from the contract's descriptors.

Usage: generate_services.py DESCRIPTOR_SET FOLDER
"""

import re
import sys
from pathlib import Path
from typing import Dict, Iterator, List, Tuple

from google.protobuf import descriptor_pb2 as d

FIELD = d.FieldDescriptorProto
SCALARS = {
    FIELD.TYPE_STRING: "str",
    FIELD.TYPE_BYTES: "bytes",
    FIELD.TYPE_BOOL: "bool",
    FIELD.TYPE_DOUBLE: "float",
    FIELD.TYPE_FLOAT: "float",
}
WELL_KNOWN = {
    ".google.protobuf.Duration": "DurationLike",
    ".google.protobuf.Timestamp": "TimestampLike",
    ".google.protobuf.FieldMask": "FieldMaskLike",
    ".google.protobuf.Struct": "StructLike",
    ".google.protobuf.Value": "ValueLike",
}
# Services that are called by another name than their nouns' plural.
SINGULAR = {"system", "config", "access"}
# Requests that take an id from the client: where the id is. It is filled in when empty, so that a
# repeated call cannot create twice.
IDS = {
    "CreateRun": ("run",),
    "BatchCreateRuns": ("runs",),
    "PutArtifact": ("artifact",),
}


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def group(service: str) -> str:
    noun = snake(service[: -len("Service")])
    return noun if noun in SINGULAR else noun + "s"


def comments(file: d.FileDescriptorProto) -> Dict[Tuple[int, ...], str]:
    return {
        tuple(location.path): location.leading_comments
        for location in file.source_code_info.location
        if location.leading_comments
    }


def docstring(text: str, indent: str) -> List[str]:
    lines = [line.strip() for line in text.strip().splitlines()]
    lines = [line.replace("\\", "\\\\") for line in lines]
    if len(lines) == 1:
        return [f'{indent}"""{lines[0]}"""']
    out = [f'{indent}"""{lines[0]}']
    out += [f"{indent}{line}".rstrip() for line in lines[1:]]
    return out + [f'{indent}"""']


def annotation(field: FIELD) -> str:
    if field.type in SCALARS:
        one = SCALARS[field.type]
    elif field.type == FIELD.TYPE_ENUM:
        one = "Union[int, str]"
    elif field.type == FIELD.TYPE_MESSAGE:
        one = WELL_KNOWN.get(field.type_name) or message_name(field.type_name)
    else:
        one = "int"
    if field.label == FIELD.LABEL_REPEATED:
        return f"Optional[Iterable[{one}]]"
    return f"Optional[{one}]"


def message_name(type_name: str) -> str:
    prefix = ".martlet.v1."
    if not type_name.startswith(prefix):
        raise SystemExit(f"no Python type for {type_name}")
    return "v1." + type_name[len(prefix) :]


def method_lines(
    service: str, method: d.MethodDescriptorProto, text: str, inputs: Dict[str, d.DescriptorProto]
) -> Iterator[str]:
    name = snake(method.name)
    request, response = message_name(method.input_type), message_name(method.output_type)
    path = f"/martlet.v1.{service}/{method.name}"
    yield ""
    if method.client_streaming:
        answer = f"Stream[{response}]" if method.server_streaming else response
        kind = "stream_stream" if method.server_streaming else "stream_unary"
        yield f"    def {name}("
        yield f"        self, requests: Iterable[{request}], *, timeout: Optional[float] = None"
        yield f"    ) -> {answer}:"
        yield from docstring(text, "        ")
        yield f"        return self._calls.{kind}("
        yield f'            "{path}", {request}, {response}, requests, timeout'
        yield "        )"
        return
    fields = inputs[method.input_type].field
    taken = {"self", "request", "timeout", "asked"} & {field.name for field in fields}
    if taken:
        raise SystemExit(f"{method.input_type}: a field is called {taken}")
    answer = f"Stream[{response}]" if method.server_streaming else response
    yield f"    def {name}("
    yield "        self,"
    yield f"        request: Optional[{request}] = None,"
    yield "        *,"
    yield "        timeout: Optional[float] = None,"
    for field in fields:
        yield f"        {field.name}: {annotation(field)} = None,"
    yield f"    ) -> {answer}:"
    yield from docstring(text, "        ")
    if fields:
        yield "        asked = self._calls.request("
        yield f"            {request},"
        yield "            request,"
        for field in fields:
            yield f"            {field.name}={field.name},"
        yield "        )"
    else:
        yield f"        asked = self._calls.request({request}, request)"
    if method.name in IDS:
        for place in IDS[method.name]:
            yield f"        make_ids(asked, \"{place}\")"
    if method.server_streaming:
        yield f'        return self._calls.unary_stream("{path}", {response}, asked, timeout)'
        return
    repeatable = method.options.idempotency_level != d.MethodOptions.IDEMPOTENCY_UNKNOWN
    yield "        return self._calls.unary_unary("
    yield f'            "{path}", {response}, asked, timeout, repeatable={repeatable}'
    yield "        )"


def services(files: List[d.FileDescriptorProto]) -> str:
    inputs = {
        f".{file.package}.{message.name}": message for file in files for message in file.message_type
    }
    out = [
        '"""The services of the contract as typed methods.',
        "",
        "Generated by generate.sh. Do not edit.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "from typing import Iterable, Optional, Union",
        "",
        "from martlet import v1",
        "from martlet.calls import Calls, Stream, make_ids",
        "from martlet.values import (",
        "    DurationLike,",
        "    FieldMaskLike,",
        "    StructLike,",
        "    TimestampLike,",
        "    ValueLike,",
        ")",
    ]
    groups = []
    for file in files:
        text = comments(file)
        for index, service in enumerate(file.service):
            groups.append((group(service.name), service.name))
            out += ["", "", f"class {service.name}:"]
            out += docstring(text[(6, index)], "    ")
            out += ["", "    def __init__(self, calls: Calls) -> None:", "        self._calls = calls"]
            for place, method in enumerate(service.method):
                out += method_lines(service.name, method, text[(6, index, 2, place)], inputs)
    out += ["", "", "class Services:"]
    out += ['    """Every service, by the plural of its noun."""', ""]
    out += ["    def __init__(self, calls: Calls) -> None:"]
    out += [f"        self.{name} = {service}(calls)" for name, service in sorted(groups)]
    text = "\n".join(out) + "\n"
    for name in sorted(set(WELL_KNOWN.values())):
        if text.count(name) == 1:
            text = text.replace(f"    {name},\n", "")
    return text


def names(files: List[d.FileDescriptorProto]) -> str:
    out = [
        '"""The messages and enums of the contract, package martlet.v1.',
        "",
        "Generated by generate.sh. Do not edit.",
        '"""',
        "",
    ]
    everything = []
    for file in sorted(files, key=lambda file: file.name):
        module = file.name[: -len(".proto")].replace("/", ".") + "_pb2"
        found = [message.name for message in file.message_type]
        for enum in file.enum_type:
            found += [enum.name] + [value.name for value in enum.value]
        everything += found
        out.append(f"from martlet._proto.{module} import (")
        out += [f"    {name}," for name in sorted(found)] + [")"]
    out += ["", "__all__ = ["] + [f'    "{name}",' for name in sorted(everything)] + ["]"]
    return "\n".join(out) + "\n"


def main() -> None:
    contract, folder = Path(sys.argv[1]), Path(sys.argv[2])
    files = list(d.FileDescriptorSet.FromString(contract.read_bytes()).file)
    (folder / "services.py").write_text(services(files))
    (folder / "v1.py").write_text(names(files))


if __name__ == "__main__":
    main()

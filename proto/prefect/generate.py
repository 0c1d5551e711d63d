#!/usr/bin/env python3
"""Makes Swift types of the shapes that Prefect's API has: names and types only.

  proto/prefect/generate.py                   writes Sources/MartletPrefect/Generated from schema.json
  proto/prefect/generate.py --check           writes nothing; fails when it is stale
  proto/prefect/generate.py --reduce OPENAPI  writes schema.json from the OpenAPI file of an installed Prefect
  .make/prefect/bin/python proto/prefect/generate.py --blocks
                                              writes blocks.json from the block classes of an installed Prefect
  proto/prefect/generate.py --workers VIEW    writes workers.json from the worker types of an installed Prefect

schema.json has every operation and schema, reduced to names and types; types.txt names the schemas that become Swift, with
all that they are made of. Needs nothing but Python. To print the OpenAPI file, see README.md beside this script.
"""

import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCHEMA = HERE / "schema.json"
BLOCKS = HERE / "blocks.json"
WORKERS = HERE / "workers.json"
OUTPUT = HERE.parent.parent / "Sources" / "MartletPrefect" / "Generated"
KEYWORDS = set(
    "as break case catch class continue default defer do else enum extension fallthrough false for func guard if import in "
    "init inout internal is let nil operator private protocol public repeat rethrows return self static struct subscript "
    "super switch throw throws true try var where while".split())


# --- From OpenAPI to names and types ---


def reduced_type(schema):
    """One word for a type: `string`, `uuid`, `time`, `[T]`, `{T}`, `T?`, `#Name`, and `json` for what is anything else."""
    if "$ref" in schema:
        return "#" + schema["$ref"].rsplit("/", 1)[1]
    if "anyOf" in schema:
        others = [part for part in schema["anyOf"] if part.get("type") != "null"]
        if len(others) == len(schema["anyOf"]):
            return "json"
        inner = reduced_type(others[0]) if len(others) == 1 else "json"
        return inner if inner.endswith("?") else inner + "?"
    kind = schema.get("type")
    if kind == "array":
        return "[" + reduced_type(schema.get("items", {})) + "]"
    if kind == "object":
        values = schema.get("additionalProperties")
        return "{" + reduced_type(values) + "}" if isinstance(values, dict) else "json"
    formats = {"uuid": "uuid", "date-time": "time"}
    if kind == "string":
        return formats.get(schema.get("format"), "string")
    return kind if kind in ("integer", "number", "boolean") else "json"


def reduce(openapi):
    document = json.loads(Path(openapi).read_text())
    operations = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            operations.append({
                "name": operation["operationId"],
                "method": method.upper(), "path": path, "body": reduced_type(body) if body else None,
            })
    schemas = {}
    for name, schema in sorted(document["components"]["schemas"].items()):
        if "enum" in schema:
            schemas[name] = {"values": schema["enum"]}
            continue
        required = set(schema.get("required", []))
        schemas[name] = {
            "closed": schema.get("additionalProperties") is False,
            "fields": {
                field: reduced_type(type_) + ("!" if field in required else "")
                for field, type_ in schema.get("properties", {}).items()
            },
            # What a field is when nothing is said of it, where that is something.
            "defaults": {
                field: type_["default"] for field, type_ in schema.get("properties", {}).items()
                if type_.get("default") is not None
            },
        }
    SCHEMA.write_text(json.dumps({"operations": operations, "schemas": schemas}, indent=1) + "\n")


def print_blocks():
    """The types and schemas that Prefect's server has from its start, with their checksums; three of them stay for ever."""
    import prefect.main  # noqa: F401
    from prefect.blocks.core import Block
    from prefect.utilities.dispatch import get_registry_for_type

    blocks = []
    for name, block in sorted(get_registry_for_type(Block).items()):
        type_ = block._to_block_type()
        schema = block._to_block_schema(block_type_id="00000000-0000-0000-0000-000000000000")
        blocks.append({
            "slug": type_.slug, "name": type_.name, "logo_url": str(type_.logo_url or ""),
            "documentation_url": str(type_.documentation_url or ""), "description": type_.description or "",
            "code_example": type_.code_example or "",
            "is_protected": type_.slug in ("secret", "webhook", "local-file-system"),
            "checksum": schema.checksum, "version": schema.version, "capabilities": sorted(schema.capabilities),
            "fields": schema.fields,
        })
    BLOCKS.write_text("[\n" + ",\n".join(json.dumps(block) for block in blocks) + "\n]\n")
def plain(value, inside=False):
    """A value without what is said in it for people."""
    if isinstance(value, dict):
        return {
            name: plain(member, name == "properties") for name, member in value.items()
            if inside or name not in ("description", "documentation_url", "logo_url")
        }
    return [plain(element) for element in value] if isinstance(value, list) else value


def reduce_workers(view):
    """The types of workers with the template that a pool of each begins with."""
    collections = json.loads(Path(view).read_text())
    for workers in collections.values():
        for name, worker in workers.items():
            workers[name] = {**plain(worker), "description": "", "documentation_url": "", "logo_url": ""}
    WORKERS.write_text(json.dumps(collections, indent=1) + "\n")


# --- From names and types to Swift ---


def camel(name):
    words = [word for word in re.split(r"[^A-Za-z0-9]+", name) if word]
    text = words[0].lower() + "".join(word[:1].upper() + word[1:].lower() for word in words[1:])
    text = re.sub(r"(?<=[a-z0-9])Ids$", "IDs", re.sub(r"(?<=[a-z0-9])Id$", "ID", text))
    return f"`{text}`" if text in KEYWORDS else text


def function_names(operations):
    """The operations' names in Prefect's code; where two share one, with the first part of the path."""
    def function(operation):
        suffix = re.sub(r"\W", "_", operation["path"]) + "_" + operation["method"].lower()
        return operation["name"].removesuffix(suffix)

    names = [function(operation) for operation in operations]
    return [
        camel(name if names.count(name) == 1 else f"{name}_{operation['path'].split('/')[1]}")
        for name, operation in zip(names, operations)
    ]


def default(value, type_):
    """What an answer has where there is no value, as an expression of Swift."""
    if value is None:
        value = {"[": [], "{": {}}.get(type_[0]) if not type_.endswith("?") else None
    if value is None:
        return ".null"
    if isinstance(value, bool):
        return f".bool({json.dumps(value)})"
    if isinstance(value, (int, float)):
        return f".{'integer' if isinstance(value, int) else 'double'}({value})"
    if isinstance(value, str):
        return f".text({json.dumps(value)})"
    if isinstance(value, list):
        return ".array([" + ", ".join(default(element, "json") for element in value) + "])"
    members = ", ".join(f"({json.dumps(name)}, {default(member, 'json')})" for name, member in value.items())
    return f".object([{members}] as [(String, JSON?)])"


class Shapes:
    def __init__(self, document):
        self.schemas = document["schemas"]
        self.operations = document["operations"]
        self.names = function_names(self.operations)
        self.bodies = {
            operation["body"][1:]: name[:1].upper() + name[1:] + "Body"
            for operation, name in zip(self.operations, self.names)
            if operation["body"] and operation["body"].startswith("#Body_")
        }

    def swift_name(self, name):
        return self.bodies.get(name, re.sub(r"\W", "", name))

    def swift_type(self, type_):
        if type_.endswith("?"):
            return self.swift_type(type_[:-1]) + "?"
        if type_.startswith("["):
            return "[" + self.swift_type(type_[1:-1]) + "]"
        if type_.startswith("{"):
            return "[String: " + self.swift_type(type_[1:-1]) + "]"
        if type_.startswith("#"):
            schema = self.schemas[type_[1:]]
            return self.swift_name(type_[1:]) if schema.get("values") or schema.get("fields") else "JSON"
        return {
            "string": "String", "uuid": "UUIDValue", "time": "Instant", "integer": "Int", "number": "Double",
            "boolean": "Bool", "json": "JSON",
        }[type_]

    def closure(self, roots):
        reached, waiting = set(), list(roots)
        while waiting:
            name = waiting.pop()
            if name in reached:
                continue
            if name not in self.schemas:
                sys.exit(f"types.txt: there is no schema {name}")
            reached.add(name)
            for type_ in self.schemas[name].get("fields", {}).values():
                waiting += re.findall(r"#(\w+)", type_)
        return sorted(name for name in reached if self.schemas[name].get("fields") or self.schemas[name].get("values"))

    def shape(self, name):
        schema = self.schemas[name]
        if "values" in schema:
            yield f"  enum {self.swift_name(name)}: String, ShapeWord {{"
            for value in schema["values"]:
                yield f'    case {camel(value)} = "{value}"'
            yield "  }"
            return
        fields = []
        for field, type_ in schema["fields"].items():
            required = type_.endswith("!")
            type_ = type_.removesuffix("!")
            swift = self.swift_type(type_)
            # A field that may be left out is optional; an answer has its default then.
            if not required and not swift.endswith("?"):
                swift += "?"
            absent = default(schema["defaults"].get(field), type_) if swift.endswith("?") else None
            fields.append((field, camel(field), swift, absent))
        swift_name = self.swift_name(name)
        yield f"  struct {swift_name}: ShapeObject {{"
        for _, property_, swift, _ in fields:
            yield f"    var {property_}: {swift}"
        yield "  }"
        yield ""
        self.extensions.append((swift_name, schema["closed"], fields))

    def shapes(self, names):
        self.extensions = []
        yield "extension Shape {"
        for name in names:
            yield from self.shape(name)
        yield "}"
        for swift_name, closed, fields in self.extensions:
            yield ""
            yield f"extension Shape.{swift_name} {{"
            yield f"  static let fieldNames: Set<JSONText>? = " + (
                "[" + ", ".join(f'"{field}"' for field, *_ in fields) + "]" if closed else "nil")
            yield "  init(_ fields: ShapeFields) throws(ShapeFault) {"
            for field, property_, swift, absent in fields:
                call = "required" if absent is None else "optional"
                yield f'    self.{property_} = try fields.{call}("{field}")'
            yield "  }"
            yield "  var members: JSONMembers {"
            yield f"    var members = JSONMembers(reserving: {len(fields)})"
            for field, property_, swift, absent in fields:
                value = f"{property_}.json" if absent is None else f"{property_}?.json ?? {absent}"
                yield f'    members.append("{field}", {value})'
            yield "    return members"
            yield "  }"
            yield "}"

    def table(self):
        yield "/// An operation of Prefect's REST API, by its name in Prefect's code."
        yield "enum Operation: Int, CaseIterable, Sendable {"
        for name in self.names:
            yield f"  case {name}"
        yield ""
        yield "  /// Method and path, in the order of the cases."
        yield "  static let table: [(method: String, path: String)] = ["
        for operation in self.operations:
            yield f'    ("{operation["method"]}", "{operation["path"]}"),'
        yield "  ]"
        yield "}"


HEAD = """\
// Generated by proto/prefect/generate.py from proto/prefect/schema.json. Do not edit.
// swift-format-ignore-file

internal import MartletModel

"""

BLOCKS_HEAD = """\
// Generated by proto/prefect/generate.py from proto/prefect/blocks.json. Do not edit.
// swift-format-ignore-file

extension SystemBlocks {
  /// The types and schemas that Prefect 3.9.1 comes with, as JSON.
  static let document = #\"\"\"
"""
BLOCKS_TAIL = """
    \"\"\"#
}
"""


def workers():
    text = json.dumps(json.loads(WORKERS.read_text()), separators=(",", ":"))
    return f"""/// The types of Prefect's workers.
enum WorkerMetadata {{
  /// Them as JSON, with the template that a pool of each begins with.
  static let text = ##"{text}"##
}}
"""


def main():
    arguments = sys.argv[1:]
    if arguments[:1] == ["--reduce"] and len(arguments) == 2:
        return reduce(arguments[1])
    if arguments == ["--blocks"]:
        return print_blocks()
    if arguments[:1] == ["--workers"] and len(arguments) == 2:
        return reduce_workers(arguments[1])
    if arguments not in ([], ["--check"]):
        sys.exit(__doc__)
    shapes = Shapes(json.loads(SCHEMA.read_text()))
    lines = (HERE / "types.txt").read_text().splitlines()
    roots = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    files = {
        "Operation.swift": HEAD.replace("internal import MartletModel\n\n", "") + "\n".join(shapes.table()) + "\n",
        "SystemBlocks+Data.swift": BLOCKS_HEAD + "\n".join(
            "    " + line for line in BLOCKS.read_text().splitlines()) + BLOCKS_TAIL,
        "WorkerMetadata.swift": HEAD.replace("internal import MartletModel\n\n", "").replace("schema.json", "workers.json") + workers(),
        "Shapes.swift": HEAD + "\n".join(shapes.shapes(shapes.closure(roots))) + "\n",
    }
    if arguments:
        stale = [name for name, text in files.items()
                 if not (OUTPUT / name).is_file() or (OUTPUT / name).read_text() != text]
        if stale:
            sys.exit(f"{', '.join(stale)} is stale: run proto/prefect/generate.py and commit")
        return
    OUTPUT.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (OUTPUT / name).write_text(text)


main()

"""Decides what the parameters of a flow may be: the JSON schema of a function's signature.

    python -m martlet.schema flows/etl.py:main

prints it. The file is run for that, as Python must to know its annotations; where that fails, because it needs what is
not installed here, names, defaults and the types that are Python's own are read from the source.
"""

from __future__ import annotations

import ast
import collections.abc
import datetime
import decimal
import enum
import importlib
import importlib.util
import inspect
import json
import os
import sys
import types
import typing
import uuid
from typing import Any, Callable, Dict, List, Optional

_SIMPLE: Dict[Any, Dict[str, Any]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    bytes: {"type": "string"},
    type(None): {"type": "null"},
    dict: {"type": "object"},
    datetime.datetime: {"type": "string", "format": "date-time"},
    datetime.date: {"type": "string", "format": "date"},
    datetime.time: {"type": "string", "format": "time"},
    datetime.timedelta: {"type": "number"},
    decimal.Decimal: {"type": ["number", "string"]},
    uuid.UUID: {"type": "string", "format": "uuid"},
}
_LISTS = (list, tuple, set, frozenset, collections.abc.Sequence, collections.abc.Iterable)
_UNIONS = (typing.Union, getattr(types, "UnionType", typing.Union))


def of_annotation(annotation: Any) -> Dict[str, Any]:
    """The schema of a type; an empty one, which takes anything, for a type that is not known."""
    if annotation in (inspect.Parameter.empty, Any):
        return {}
    model = getattr(annotation, "model_json_schema", None)
    if callable(model):
        return model()
    try:
        if annotation in _SIMPLE:
            return dict(_SIMPLE[annotation])
    except TypeError:
        return {}
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return {"enum": [member.value for member in annotation]}
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in _UNIONS:
        return {"anyOf": [of_annotation(argument) for argument in arguments]}
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    if origin is not None and origin is getattr(typing, "Annotated", None):
        return of_annotation(arguments[0])
    if annotation in _LISTS or origin in _LISTS:
        schema: Dict[str, Any] = {"type": "array"}
        if arguments and not (origin is tuple and arguments[-1] is not Ellipsis):
            items = of_annotation(arguments[0])
            if items:
                schema["items"] = items
        return schema
    if origin in (dict, collections.abc.Mapping, collections.abc.MutableMapping):
        schema = {"type": "object"}
        values = of_annotation(arguments[1]) if len(arguments) == 2 else {}
        if values:
            schema["additionalProperties"] = values
        return schema
    return {}


def of_function(function: Callable[..., Any]) -> Dict[str, Any]:
    """The schema of what a function takes by name."""
    function = inspect.unwrap(getattr(function, "fn", function))
    try:
        hints = typing.get_type_hints(function)
    except Exception:  # noqa: BLE001 - an annotation may name what is not there
        hints = {}
    schema = _empty(inspect.getdoc(function))
    for place, (name, parameter) in enumerate(inspect.signature(function).parameters.items()):
        if parameter.kind is parameter.VAR_KEYWORD:
            schema["additionalProperties"] = True
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if place == 0 and name in ("self", "cls"):
            continue
        _add(schema, name, place, hints.get(name, parameter.annotation), parameter.default)
    return _trimmed(schema)


def of_source(source: str, function: str) -> Dict[str, Any]:
    """What can be read of a function of a source that cannot be run; LookupError when there is none."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == function:
            break
    else:
        raise LookupError(f"there is no function {function}")
    schema = _empty(ast.get_docstring(node))
    given = node.args.posonlyargs + node.args.args
    defaults: List[Optional[ast.expr]] = [None] * (len(given) - len(node.args.defaults))
    defaults += node.args.defaults + node.args.kw_defaults
    for place, (argument, default) in enumerate(zip(given + node.args.kwonlyargs, defaults)):
        if place == 0 and argument.arg in ("self", "cls"):
            continue
        _add(schema, argument.arg, place, _type_read(argument.annotation), _value_read(default))
    if node.args.kwarg is not None:
        schema["additionalProperties"] = True
    return _trimmed(schema)


def _add(schema: Dict[str, Any], name: str, place: int, annotation: Any, default: Any) -> None:
    """Takes a parameter into a schema."""
    # An annotation that could not be resolved is a text.
    described = {} if isinstance(annotation, str) else of_annotation(annotation)
    if default is inspect.Parameter.empty:
        schema["required"].append(name)
    else:
        # What the annotation does not admit is admitted as the default.
        if default is None and described and "anyOf" not in described:
            described = {"anyOf": [described, {"type": "null"}]}
        plain = _plain(default)
        if plain is not _NOT_PLAIN:
            described["default"] = plain
    schema["properties"][name] = {"title": name, "position": place, **described}


def _value_read(node: Optional[ast.expr]) -> Any:
    """The value that a default is, where it is written out."""
    if node is None:
        return inspect.Parameter.empty
    try:
        return ast.literal_eval(node)
    except ValueError:
        return _NOT_PLAIN


# What annotations are made of, without a look at what a file imports: these names are hardly ever others.
_KNOWN: Dict[str, Any] = {
    **{type.__name__: type for type in _SIMPLE if type.__module__ != "builtins"},
    **{type.__name__: type for type in (bool, int, float, str, bytes, dict, list, tuple, set, frozenset)},
    **{name: getattr(typing, name) for name in ("Any", "Dict", "FrozenSet", "Iterable", "List", "Literal", "Mapping")},
    **{name: getattr(typing, name) for name in ("MutableMapping", "Optional", "Sequence", "Set", "Tuple", "Union")},
}


def _type_read(node: Optional[ast.expr]) -> Any:
    """The type that an annotation names; one that takes anything where it is not Python's own."""
    try:
        return inspect.Parameter.empty if node is None else _resolved(node)
    except (KeyError, TypeError, SyntaxError):
        return inspect.Parameter.empty


def _resolved(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            return _resolved(ast.parse(node.value, mode="eval").body)
        if node.value is None or node.value is Ellipsis:
            return node.value
    if isinstance(node, (ast.Name, ast.Attribute)):
        return _KNOWN[node.id if isinstance(node, ast.Name) else node.attr]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return typing.Union[_resolved(node.left), _resolved(node.right)]
    if isinstance(node, ast.Subscript):
        origin = _resolved(node.value)
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if origin is typing.Literal:
            return origin[tuple(ast.literal_eval(item) for item in inner)]
        arguments = tuple(_resolved(item) for item in inner)
        return origin[arguments if len(arguments) > 1 else arguments[0]]
    raise KeyError(ast.dump(node))


def of_entrypoint(entrypoint: str) -> Dict[str, Any]:
    """The schema of `FILE.py:FUNCTION`, or of `MODULE:FUNCTION` below the current directory."""
    path, _, name = entrypoint.rpartition(":")
    module = "" if path.endswith(".py") else path
    if module:
        paths = [module.replace(".", "/") + end for end in (".py", "/__init__.py")]
        path = next(filter(os.path.isfile, paths), paths[0])
    # A module is found from the current directory, never from the folder of its own file.
    folders = [] if module else [os.path.dirname(os.path.abspath(path))]
    for place in (os.getcwd(), *folders):
        if place not in sys.path:
            sys.path.insert(0, place)
    try:
        found: Any = importlib.import_module(module) if module else _loaded(path)
        for part in name.split("."):
            found = getattr(found, part)
        return of_function(found)
    except Exception as error:  # noqa: BLE001 - whatever the file does when it is run
        print(f"read without running it: {type(error).__name__}: {error}", file=sys.stderr)
        with open(path, encoding="utf-8") as file:
            return of_source(file.read(), name.split(".")[-1])


def _loaded(path: str) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location("__martlet_schema__", path)
    if spec is None or spec.loader is None:
        raise LookupError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


_NOT_PLAIN = object()


def _plain(value: Any) -> Any:
    """The value as JSON has it; _NOT_PLAIN when JSON has no such value."""
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError):
        return _NOT_PLAIN


def _empty(description: Optional[str]) -> Dict[str, Any]:
    schema: Dict[str, Any] = {"title": "Parameters", "type": "object"}
    if description:
        schema["description"] = description.split("\n\n")[0][:500]
    return {**schema, "properties": {}, "required": [], "additionalProperties": False}


def _trimmed(schema: Dict[str, Any]) -> Dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "required" or value}


def main(arguments: List[str]) -> int:
    """Prints the schema of the entrypoint that is named."""
    if len(arguments) != 1 or ":" not in arguments[0]:
        print("usage: python -m martlet.schema FILE.py:FUNCTION or MODULE:FUNCTION", file=sys.stderr)
        return 2
    # What the file prints when it is run is not the answer.
    answer = sys.stdout
    sys.stdout = sys.stderr
    try:
        schema = of_entrypoint(arguments[0])
    except (OSError, SyntaxError, ValueError, LookupError) as error:
        print(f"martlet.schema: {error}", file=sys.stderr)
        return 1
    print(json.dumps(schema, sort_keys=True), file=answer)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

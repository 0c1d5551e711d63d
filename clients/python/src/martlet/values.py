"""Decides which Python values may stand for the well-known messages in a request."""

from __future__ import annotations

import datetime
import math
from typing import Any, Callable, Dict, Iterable, List, Mapping, Sequence, Union

from google.protobuf import duration_pb2, field_mask_pb2, json_format, struct_pb2, timestamp_pb2
from google.protobuf.message import Message

DurationLike = Union[duration_pb2.Duration, datetime.timedelta, float, int]
TimestampLike = Union[timestamp_pb2.Timestamp, datetime.datetime]
FieldMaskLike = Union[field_mask_pb2.FieldMask, Iterable[str]]
StructLike = Union[struct_pb2.Struct, Mapping[str, Any]]
ValueLike = Union[struct_pb2.Value, None, bool, float, int, str, Sequence[Any], Mapping[str, Any]]

# The largest integer that a double, and so a JSON number, can tell from its neighbours.
LARGEST_INTEGER = 2**53


def duration(value: DurationLike) -> duration_pb2.Duration:
    """A duration from one, from a timedelta or from seconds."""
    if isinstance(value, duration_pb2.Duration):
        return value
    if not isinstance(value, datetime.timedelta):
        value = datetime.timedelta(seconds=value)
    out = duration_pb2.Duration()
    out.FromTimedelta(value)
    return out


def timestamp(value: TimestampLike) -> timestamp_pb2.Timestamp:
    """A time from one or from a datetime; one without a zone is taken as UTC."""
    if isinstance(value, timestamp_pb2.Timestamp):
        return value
    if value.tzinfo is not None:
        value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    out = timestamp_pb2.Timestamp()
    out.FromDatetime(value)
    return out


def plain(message: Message) -> Any:
    """The plain Python value of a JSON object or value. JSON knows one kind of number: what is whole comes as an integer."""
    return _whole(json_format.MessageToDict(message))


def _whole(found: Any) -> Any:
    if isinstance(found, float) and found.is_integer() and abs(found) <= LARGEST_INTEGER:
        return int(found)
    if isinstance(found, list):
        return [_whole(item) for item in found]
    if isinstance(found, dict):
        return {key: _whole(item) for key, item in found.items()}
    return found


def field_mask(value: FieldMaskLike) -> field_mask_pb2.FieldMask:
    """A mask from one or from paths."""
    if isinstance(value, field_mask_pb2.FieldMask):
        return value
    if isinstance(value, str):
        raise TypeError("a field mask is a list of paths, not one string")
    return field_mask_pb2.FieldMask(paths=value)


def value(given: ValueLike, path: str = "value") -> struct_pb2.Value:
    """A JSON value from a plain Python one.

    Raises ValueError for a number that JSON cannot hold and for text with NUL, TypeError for what is no JSON.
    """
    out = struct_pb2.Value()
    if isinstance(given, struct_pb2.Value):
        out.CopyFrom(given)
    elif given is None:
        out.null_value = struct_pb2.NULL_VALUE
    elif isinstance(given, bool):
        out.bool_value = given
    elif isinstance(given, int):
        if abs(given) > LARGEST_INTEGER:
            raise ValueError(f"{path}: {given} is too large for a JSON number: send it as a string")
        out.number_value = given
    elif isinstance(given, float):
        if not math.isfinite(given):
            raise ValueError(f"{path}: {given} is no JSON number")
        out.number_value = given
    elif isinstance(given, str):
        out.string_value = _stored(given, path)
    elif isinstance(given, (Mapping, struct_pb2.Struct)):
        out.struct_value.CopyFrom(struct(given, path))
    elif isinstance(given, (list, tuple, struct_pb2.ListValue)):
        items: List[struct_pb2.Value] = [
            value(item, f"{path}[{index}]") for index, item in enumerate(given)
        ]
        out.list_value.CopyFrom(struct_pb2.ListValue(values=items))
    else:
        raise TypeError(f"{path}: {type(given).__name__} is no JSON value")
    return out


def _stored(text: str, path: str) -> str:
    if "\0" in text:
        raise ValueError(f"{path or 'object'}: a text with a NUL character cannot be stored")
    return text


def struct(given: StructLike, path: str = "") -> struct_pb2.Struct:
    """A JSON object from a mapping with text keys. Raises as `value`."""
    if isinstance(given, struct_pb2.Struct):
        return given
    out = struct_pb2.Struct()
    for key, item in given.items():
        if not isinstance(key, str):
            raise TypeError(f"{path or 'object'}: the key {key!r} is not text")
        out.fields[_stored(key, path)].CopyFrom(value(item, f"{path}.{key}" if path else key))
    return out


_MAKERS: Dict[str, Callable[..., Message]] = {
    "google.protobuf.Duration": duration,
    "google.protobuf.Timestamp": timestamp,
    "google.protobuf.FieldMask": field_mask,
    "google.protobuf.Struct": struct,
    "google.protobuf.Value": value,
}


def assign(message: Message, name: str, given: Any) -> None:
    """Sets a field of a message, converting to well-known messages where the field is one."""
    field = message.DESCRIPTOR.fields_by_name[name]
    maker = _MAKERS.get(field.message_type.full_name) if field.message_type else None
    current = getattr(message, name)
    if maker is not None:
        current.CopyFrom(maker(given))
    elif hasattr(current, "extend"):
        current.extend(given)
    elif field.message_type:
        current.CopyFrom(given)
    elif field.enum_type and isinstance(given, str):
        setattr(message, name, field.enum_type.values_by_name[given].number)
    else:
        setattr(message, name, given)

"""Decides how the error of a call becomes a MartletError: code, reason, fields from google.rpc details."""

from __future__ import annotations

from typing import Any, Optional

from google.protobuf.message import DecodeError

from martlet._proto.martlet.rpc import error_details_pb2, status_pb2
from martlet.errors import FieldViolation, MartletError

DETAILS_KEY = "grpc-status-details-bin"


def error_of(call: Any) -> MartletError:
    """The error of a grpc.RpcError, which is also the call."""
    code = call.code().name
    details = None
    for key, value in call.trailing_metadata() or ():
        if key == DETAILS_KEY:
            details = value
    return decode(code, call.details() or "", details)


def decode(code: str, message: str, details: Optional[bytes]) -> MartletError:
    """The error of a code, a sentence and an encoded google.rpc.Status; a broken one is left out."""
    error = MartletError(code, message)
    if not details:
        return error
    try:
        status = status_pb2.Status.FromString(details)
        for detail in status.details:
            _take(error, detail.type_url.rpartition("/")[2], detail.value)
    except DecodeError:
        pass
    return error


def _take(error: MartletError, name: str, value: bytes) -> None:
    if name == "google.rpc.ErrorInfo":
        info = error_details_pb2.ErrorInfo.FromString(value)
        error.reason, error.domain = info.reason, info.domain
        error.metadata = dict(info.metadata)
    elif name == "google.rpc.BadRequest":
        for violation in error_details_pb2.BadRequest.FromString(value).field_violations:
            error.fields.append(FieldViolation(violation.field, violation.description))
    elif name == "google.rpc.RetryInfo":
        retry = error_details_pb2.RetryInfo.FromString(value)
        error.retry_after = retry.retry_delay.ToTimedelta().total_seconds()

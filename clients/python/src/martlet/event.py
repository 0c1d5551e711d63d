"""Decides how Python code says what happened: an event, durable when the call returns.

    martlet.emit_event("order.placed", resource="shop.order.17", payload={"total": 12})
"""

from __future__ import annotations

import datetime
import os
import threading
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Optional, Union

from martlet.errors import FieldViolation, MartletError
from martlet.ids import uuid7
from martlet.profile import setting

if TYPE_CHECKING:
    from martlet.client import Client

# A resource by its id, or by a mapping with `id`, for related ones `role`, and labels.
Resource = Union[str, Mapping[str, str]]

_lock = threading.Lock()
_client: "Optional[Client]" = None
_owner = None


def shared_client() -> "Client":
    """The client of this process for this server and namespace."""
    global _client, _owner
    owner = (os.getpid(), setting("MARTLET_API_URL"), setting("MARTLET_NAMESPACE"))
    with _lock:
        if _client is None or _owner != owner:
            from martlet.client import Client

            _client, _owner = Client(namespace=owner[2]), owner
        return _client


def _resource(given: Resource) -> Any:
    from martlet import v1

    if isinstance(given, str):
        return v1.EventResource(id=given)
    labels = {key: value for key, value in given.items() if key not in ("id", "role")}
    return v1.EventResource(id=given.get("id", ""), role=given.get("role", ""), labels=labels)


def emit_event(
    event: str,
    resource: Resource,
    related: Iterable[Resource] = (),
    payload: Optional[Mapping[str, Any]] = None,
    *,
    occurred: Optional[datetime.datetime] = None,
    follows: str = "",
    id: str = "",
    client: "Optional[Client]" = None,
) -> str:
    """Publishes an event and returns its id; it is durable then. Repeating an `id` publishes nothing twice.

    `resource` is what it happened to: an id, or a mapping with `id` and labels; those in `related` may have a
    `role` too. Inside a run the event carries the run's id. Raises MartletError.
    """
    from martlet import v1, values
    from martlet.run import current_run

    run = current_run()
    made = v1.Event(
        id=id or uuid7(),
        name=event,
        resource=_resource(resource),
        related=[_resource(other) for other in related],
        follows=follows,
        run_id=run.id if run else "",
    )
    made.time.CopyFrom(values.timestamp(occurred or datetime.datetime.now(datetime.timezone.utc)))
    if payload is not None:
        made.payload.CopyFrom(values.struct(payload, "payload"))
    answer = (client or shared_client()).events.batch_publish_events(events=[made])
    for failure in answer.failures:
        raise MartletError(
            "INVALID_ARGUMENT",
            f"{failure.field} {failure.message}",
            fields=[FieldViolation(failure.field, failure.message)],
        )
    return made.id

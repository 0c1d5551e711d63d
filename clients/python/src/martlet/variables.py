"""Decides how Python code keeps values with a name that programs share.

    from martlet.variables import Variable
    Variable.set("threshold", 0.8)
    threshold = Variable.get("threshold", default=0.5)

Everybody who may read the namespace sees them: they are no place for secrets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterable, Optional

from martlet.errors import MartletError
from martlet.event import shared_client
from martlet.ids import uuid7

if TYPE_CHECKING:
    from martlet import v1
    from martlet.client import Client


class Variable:
    """A variable as it was read: `name`, `value` (plain JSON), `tags` and `etag`."""

    def __init__(self, read: "v1.Variable") -> None:
        from martlet import values

        self.name = read.name
        self.value = values.plain(read.value)
        self.tags = list(read.tags)
        self.etag = read.etag
        """Changes with every change; `set` with it is refused when somebody else changed the variable meanwhile."""

    def __repr__(self) -> str:
        return f"Variable(name={self.name!r}, value={self.value!r}, tags={self.tags!r})"

    @staticmethod
    def get(name: str, default: Any = None, *, client: "Optional[Client]" = None) -> Any:
        """The value of a variable; `default` where there is none."""
        try:
            return Variable.read(name, client=client).value
        except MartletError as error:
            if error.code != "NOT_FOUND":
                raise
            return default

    @staticmethod
    def read(name: str, *, client: "Optional[Client]" = None) -> "Variable":
        """The variable. MartletError NOT_FOUND when there is none."""
        return Variable((client or shared_client()).variables.get_variable(name=name).variable)

    @staticmethod
    def set(
        name: str,
        value: Any,
        tags: Iterable[str] = (),
        overwrite: bool = False,
        *,
        etag: str = "",
        client: "Optional[Client]" = None,
    ) -> "Variable":
        """Creates a variable, or changes it with `overwrite` or the `etag` that it still has.

        Raises ValueError when it is there with another value and may not be changed, MartletError with the reason
        ETAG_MISMATCH when somebody else changed it. A call that is tried again changes it once.
        """
        from martlet import v1, values

        new = v1.Variable(name=name, value=values.value(value, "value"), tags=tags, etag=etag)
        may_change = overwrite or etag
        policy = v1.SET_VARIABLE_POLICY_UPSERT if may_change else v1.SET_VARIABLE_POLICY_CREATE
        try:
            answer = (client or shared_client()).variables.set_variable(
                variable=new, policy=policy, request_id=uuid7()
            )
        except MartletError as error:
            if error.code != "ALREADY_EXISTS":
                raise
            raise ValueError(f"variable {name!r} is there already: change it with overwrite=True") from None
        return Variable(answer.variable)

    @staticmethod
    def unset(name: str, *, client: "Optional[Client]" = None) -> bool:
        """Deletes a variable; False when there was none."""
        try:
            (client or shared_client()).variables.delete_variable(name=name)
        except MartletError as error:
            if error.code != "NOT_FOUND":
                raise
            return False
        return True

"""Decides how a run writes things down for people: each call makes a version of the series that its key names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from martlet.reporter import ReportedRun


class RunArtifacts:
    """What a run may write down."""

    _reports: "ReportedRun"

    def artifact_markdown(self, key: str, text: str, description: str = "") -> str:
        """Records Markdown under a key (lower-case letters, digits, dashes) and returns the artifact's id."""
        return self._artifact(key, description, markdown=text)

    def artifact_table(self, key: str, table: Any, description: str = "") -> str:
        """Records a table: a list of objects, or an object of lists."""
        from martlet import values

        return self._artifact(key, description, table=values.value(table, key))

    def artifact_link(self, key: str, uri: str, text: str = "", description: str = "") -> str:
        """Records a link."""
        from martlet import v1

        return self._artifact(key, description, link=v1.Link(uri=uri, text=text))

    def artifact_image(self, key: str, uri: str, description: str = "") -> str:
        """Records an image by its address."""
        return self._artifact(key, description, image_uri=uri)

    def artifact_progress(
        self, key: str, progress: float, description: str = "", id: str = ""
    ) -> str:
        """Records how far something is, from 0 to 100; `id` is what the first call returned, to change that one."""
        if not 0 <= progress <= 100:
            raise ValueError(f"progress is from 0 to 100, not {progress:g}")
        return self._artifact(key, description, id, progress=progress)

    def _artifact(self, key: str, description: str, id: str = "", **content: Any) -> str:
        from martlet import v1

        return self._reports.artifact(
            v1.Artifact(id=id, key=key, description=description, **content)
        )

"""Decides how Python code writes things down for people: Markdown, tables, links, images, and how far something is.

    from martlet.artifacts import create_markdown_artifact
    create_markdown_artifact("# Report", key="report")

Inside a run the artifact is reported with the run, and kept on disk while the server is away; elsewhere it is durable
when the call returns. A key (lower-case letters, digits, dashes) names a series: each call makes its next version.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple, Union

from martlet.event import shared_client

# What this process knows of its progress artifacts: their key, their description.
_progress: "Dict[str, Tuple[str, str]]" = {}


def create_markdown_artifact(
    markdown: str, key: Optional[str] = None, description: Optional[str] = None
) -> str:
    """Writes Markdown down, at most 1 MiB, and returns the artifact's id."""
    return _put(key, description, markdown=markdown)


def create_table_artifact(
    table: Union[List[Dict[str, Any]], Dict[str, List[Any]]],
    key: Optional[str] = None,
    description: Optional[str] = None,
) -> str:
    """Writes a table down, a list of objects or an object of lists, and returns the artifact's id."""
    from martlet import values

    return _put(key, description, table=values.value(table, "table"))


def create_link_artifact(
    link: str,
    link_text: Optional[str] = None,
    key: Optional[str] = None,
    description: Optional[str] = None,
) -> str:
    """Writes a link down and returns the artifact's id."""
    from martlet import v1

    return _put(key, description, link=v1.Link(uri=link, text=link_text or ""))


def create_image_artifact(
    image_url: str, key: Optional[str] = None, description: Optional[str] = None
) -> str:
    """Writes an image down, by its address, and returns the artifact's id."""
    return _put(key, description, image_uri=image_url)


def create_progress_artifact(
    progress: float, key: Optional[str] = None, description: Optional[str] = None
) -> str:
    """Writes down how far something is, from 0 to 100, and returns the id for `update_progress_artifact`."""
    made = _put(key, description, progress=_percent(progress))
    _progress[made] = (key or "", description or "")
    return made


def update_progress_artifact(
    artifact_id: str, progress: float, description: Optional[str] = None
) -> str:
    """Changes a progress artifact in place and returns its id. MartletError NOT_FOUND when there is none."""
    known = _progress.get(artifact_id)
    if known is not None:
        description = known[1] if description is None else description
        return _put(known[0], description, artifact_id, progress=_percent(progress))
    client = shared_client()
    artifact = client.artifacts.get_artifact(id=artifact_id).artifact
    artifact.progress = _percent(progress)
    if description is not None:
        artifact.description = description
    client.artifacts.put_artifact(artifact=artifact)
    return artifact_id


def _percent(progress: float) -> float:
    if not 0 <= progress <= 100:
        raise ValueError(f"progress is from 0 to 100, not {progress:g}")
    return progress


def _put(key: Optional[str], description: Optional[str], id: str = "", **content: Any) -> str:
    from martlet import v1
    from martlet.run import current_run

    run = current_run()
    if run is not None:
        return run._artifact(key or "", description or "", id, **content)
    artifact = v1.Artifact(id=id, key=key or "", description=description or "", **content)
    return shared_client().artifacts.put_artifact(artifact=artifact).artifact.id

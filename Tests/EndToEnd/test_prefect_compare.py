"""Prefect's own server and Martlet answer the same requests alike, but for what a table says, with a reason each."""

from __future__ import annotations

import pytest

from conftest import short_directory
from martlet_process import Server
from prefect_compare.comparison import differences, known
from prefect_compare.recorder import Recorder
from prefect_compare.scripts import SCRIPTS
from prefect_process import needs_prefect
from prefect_server import PrefectServer

pytestmark = needs_prefect


@pytest.fixture
def both(tmp_path):
    """The addresses of Prefect's server and of Martlet's, both without anything in them."""
    with short_directory() as directory:
        martlet = Server(directory, options=("--prefect-api", "on")).start()
        prefect = PrefectServer(martlet, tmp_path)
        try:
            yield prefect.start().client.api, f"http://127.0.0.1:{martlet.port}/api"
        finally:
            prefect.stop()
            martlet.stop()


def test_the_same_requests_are_answered_alike(both):
    found = []
    for name, script in SCRIPTS.items():
        recorders = [Recorder(api) for api in both]
        for recorder in recorders:
            script(recorder)
        found += differences(name, *(recorder.answers for recorder in recorders))
    table = known()
    unknown = [str(difference) for difference in found if not any(entry.covers(difference) for entry in table)]
    assert not unknown, f"{len(unknown)} differences that the table does not have:\n" + "\n".join(unknown)
    gone = [
        entry.place for entry in table
        if not entry.varies and not any(entry.covers(difference) for difference in found)]
    assert not gone, "the table has differences that there are not:\n" + "\n".join(gone)

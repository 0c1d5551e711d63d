"""A follower of runs that reconnects with its resume token, and the check that it saw every change once, in order."""

from __future__ import annotations

import itertools
import threading

from martlet import Client, MartletError


class Watcher:
    """Follows the runs of one definition over several servers, going on elsewhere when a stream breaks."""

    def __init__(self, urls: list[str], definition: str):
        self.definition = definition
        self.problems: list[str] = []
        self._seen: dict[str, int] = {}
        self._progress = threading.Condition()
        self._stopping = threading.Event()
        self._clients = [Client(url) for url in urls]
        self._token = self._clients[0].runs.list_runs(page_size=1).resume_token
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> "Watcher":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stopping.set()
        for client in self._clients:
            client.close()
        self._thread.join(30)

    def _follow(self) -> None:
        for client in itertools.cycle(self._clients):
            if self._stopping.is_set():
                return
            try:
                for batch in client.runs.watch_runs(
                    filter=f'definition = "{self.definition}"', resume_token=self._token
                ):
                    self._take(batch)
            except MartletError as error:
                if self._stopping.is_set():
                    return
                if error.reason == "RESUME_TOKEN_EXPIRED":
                    self.problems.append(f"the token {self._token} was refused: {error}")
                    return
            except ValueError:
                return  # The channel was closed by __exit__.
            self._stopping.wait(0.05)

    def _take(self, batch) -> None:
        with self._progress:
            for change in batch.changes:
                run, revision = change.run.id, change.transition.revision
                last = self._seen.get(run, 0)
                if revision != last + 1:
                    self.problems.append(f"{run} goes from revision {last} to {revision}")
                self._seen[run] = revision
            self._token = batch.resume_token
            self._progress.notify_all()

    def check(self, runs: dict[str, int], timeout: float = 60) -> None:
        """Waits until it has seen these runs up to these revisions, and fails when a change was missed or repeated."""
        with self._progress:
            arrived = self._progress.wait_for(
                lambda: self.problems
                or all(self._seen.get(run, 0) >= revision for run, revision in runs.items()),
                timeout,
            )
            assert not self.problems, self.problems[:3]
            missing = [run for run, revision in runs.items() if self._seen.get(run, 0) < revision]
            assert arrived, f"{len(missing)} runs were not seen to their end, such as {missing[:3]}"

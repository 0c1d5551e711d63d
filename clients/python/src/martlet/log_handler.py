"""Decides how records of Python's logging become lines of a run's log."""

from __future__ import annotations

import logging

from martlet import run as runs


class LogHandler(logging.Handler):
    """Ships every record to the log of the run that is current where it was made; without one it is left alone.

    `logging.getLogger().addHandler(martlet.LogHandler())` ships everything that the root logger sees.
    """

    def emit(self, record: logging.LogRecord) -> None:
        run = runs.current_run()
        if run is None:
            return
        try:
            run._ship(record.levelno, record.name, self.format(record), record.created)
        except Exception:
            self.handleError(record)


def run_logger() -> logging.Logger:
    """The logger `martlet.run`, whose records go to the current run and to the handlers above it."""
    logger = logging.getLogger("martlet.run")
    if not any(isinstance(handler, LogHandler) for handler in logger.handlers):
        logger.addHandler(LogHandler())
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.INFO)
    return logger

"""Decides nothing but the script: a server for what a real one cannot be made to say at a chosen moment.

It keeps runs as ReportService does (epoch, execution, seq, first verdicts) and lets a test answer any report
itself: WAIT, an error that passes, a fence, silence, a lost answer.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Callable, Dict, Iterator, List, Optional, Tuple

import grpc

from martlet import v1
from martlet._proto.martlet.v1 import report_service_pb2_grpc

Script = Callable[[v1.RunReport], Optional[v1.ReportResult]]
# Put in place of an answer: the stream is cut after the report was written and before it is answered.
CUT = v1.ReportResult(run_id="cut")


class KeptRun:
    def __init__(self, report: v1.RunReport) -> None:
        self.epoch = report.epoch
        self.execution_id = report.execution_id
        self.seq = 0
        self.verdicts: Dict[int, v1.Verdict] = {}
        self.states: List[int] = []
        self.parent_id = report.create.parent_id
        self.definition = report.create.definition
        self.messages: List[str] = []
        self.errors: List[v1.Failed] = []


class ScriptedServer(report_service_pb2_grpc.ReportServiceServicer):
    def __init__(self) -> None:
        self.script: Script = lambda report: None
        self.runs: Dict[str, KeptRun] = {}
        self.logs: Dict[Tuple[str, str, int], str] = {}
        self.artifacts: Dict[str, v1.Artifact] = {}
        self.sessions: Dict[str, int] = {}
        self.frames: List[int] = []
        self.batches = 0
        self.changed = threading.Condition()
        self.directives: List[v1.Directive] = []
        # A frame with this text in it is refused as a whole.
        self.unreadable = ""
        self.port = 0
        self._server: Optional[grpc.Server] = None
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._server = grpc.server(ThreadPoolExecutor(16), options=[("grpc.so_reuseport", 0)])
        report_service_pb2_grpc.add_ReportServiceServicer_to_server(self, self._server)
        port = self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        assert port, "the port is taken"
        self.port = port
        self._server.start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop(0).wait()
            self._server = None

    def until(self, condition: Callable[[], bool], timeout: float = 20.0) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, timeout), "the condition never came true"

    # The RPCs.

    def Report(self, frames: Iterator[v1.ReportRequest], context: grpc.ServicerContext):
        for frame in frames:
            self._read(frame, context)
            with self.changed:
                self.frames.append(len(frame.reports))
                response = v1.ReportResponse()
                cut = self._decide(frame, response)
                self.changed.notify_all()
            if cut:
                context.abort(grpc.StatusCode.UNAVAILABLE, "cut")
            yield response

    def BatchReport(self, request: v1.BatchReportRequest, context: grpc.ServicerContext):
        self._read(request, context)
        with self.changed:
            self.batches += 1
            response = v1.BatchReportResponse()
            cut = self._decide(request, response)
            self.changed.notify_all()
        if cut:
            context.abort(grpc.StatusCode.UNAVAILABLE, "cut")
        return response

    def _read(self, frame, context: grpc.ServicerContext) -> None:
        if self.unreadable and self.unreadable.encode() in frame.SerializeToString():
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "unreadable")

    def _decide(self, frame, response) -> bool:
        if frame.session.id:
            self.sessions[frame.session.id] = self.sessions.get(frame.session.id, 0) + 1
        cut = False
        for report in frame.reports:
            scripted = self.script(report)
            if scripted is not None and scripted is not CUT:
                scripted.run_id, scripted.seq = report.run_id, report.seq
                response.results.append(scripted)
                continue
            cut = cut or scripted is CUT
            response.results.append(self._one(report))
        response.directives.extend(self.directives)
        self.directives.clear()
        return cut

    def _one(self, report: v1.RunReport) -> v1.ReportResult:
        result = v1.ReportResult(run_id=report.run_id, seq=report.seq)
        kind = report.WhichOneof("item")
        run = self.runs.get(report.run_id)
        if kind == "create" and run is None:
            run = self.runs[report.run_id] = KeptRun(report)
        if run is None:
            result.error.code, result.error.reason = 5, "NOT_FOUND"
            return result
        if kind == "log":
            self.logs.setdefault((report.run_id, report.execution_id, report.log.line), report.log.message)
            result.verdict.code = v1.Verdict.CODE_ACCEPTED
            return result
        if kind == "artifact":
            self.artifacts[report.artifact.id] = report.artifact
            result.verdict.code = v1.Verdict.CODE_ACCEPTED
            return result
        if (report.epoch, report.execution_id) != (run.epoch, run.execution_id):
            result.verdict.code = v1.Verdict.CODE_FENCED
            return result
        if report.seq in run.verdicts:
            result.verdict.CopyFrom(run.verdicts[report.seq])
            result.verdict.duplicate = True
            return result
        if report.seq != run.seq + 1:
            result.error.code, result.error.reason = 11, "OUT_OF_SEQUENCE"
            return result
        run.seq = report.seq
        state = report.propose if kind == "propose" else v1.State(type=v1.STATE_TYPE_PENDING)
        run.states.append(state.type)
        run.messages.append(state.message)
        if state.HasField("failed"):
            run.errors.append(state.failed)
        verdict = v1.Verdict(code=v1.Verdict.CODE_ACCEPTED, state=state, epoch=run.epoch)
        run.verdicts[report.seq] = verdict
        result.verdict.CopyFrom(verdict)
        return result


def wait(milliseconds: int) -> v1.ReportResult:
    """WAIT, as a result."""
    result = v1.ReportResult(verdict=v1.Verdict(code=v1.Verdict.CODE_WAIT))
    result.verdict.wait.FromMilliseconds(milliseconds)
    return result


def fault(code: int, reason: str, field: str = "") -> v1.ReportResult:
    """An error inside a batch, as a result."""
    return v1.ReportResult(error=v1.ReportError(code=code, reason=reason, message=reason, field=field))



"""The network's video service: a session of parts, then a job that stores the video on the account's own server.

https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky/video
"""

import hashlib
from datetime import timedelta
from typing import Any, ClassVar

from tests.platforms.fakes.core import Refusal, Request

UPLOAD_BLOB = "com.atproto.repo.uploadBlob"
SERVER = "did:web:localhost"
TYPES = {"video/mp4", "video/quicktime", "video/webm"}
DAILY = 25


def refused(name: str, status: int = 400) -> Refusal:
    return Refusal(status, {"error": name, "message": name})


class VideoServiceFake:
    # video_job_polls: how often a job is asked for before it is complete; video_finishing: how often a session is
    # asked for before it has a job. video_failure: the `failureCode` of every job. video_refusal: of every session.
    # video_envelope: whether the status of a job stands in "jobStatus", as its schema has it.
    OPTIONS: ClassVar[dict[str, Any]] = {
        "video_job_polls": 1, "video_finishing": 0, "video_failure": "", "video_refusal": "", "video_part": 300_000,
        "video_envelope": True,
    }  # fmt: skip

    def __init__(self, world: Any, network: Any) -> None:
        self.world, self.network = world, network
        self.sessions: dict[str, dict[str, Any]] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.done: dict[tuple[str, str], dict[str, Any]] = {}

    def answer(self, request: Request, method: str) -> dict[str, Any]:
        calls = {
            ("POST", "app.bsky.video.startUpload"): self.start,
            ("POST", "app.bsky.video.uploadPart"): self.part,
            ("POST", "app.bsky.video.finishUpload"): self.finish,
            ("GET", "app.bsky.video.getUploadStatus"): self.upload_status,
            ("GET", "app.bsky.video.getJobStatus"): self.job_status,
        }
        if request.headers["host"].startswith("localhost") or (request.method, method) not in calls:
            raise refused("MethodNotImplemented", 501)
        return calls[request.method, method](request)

    def _did(self, request: Request) -> str:
        """Whose token it is: one of the account's own server, for storing a file there."""
        grant = self.network.service_tokens.get(request.token)
        if not grant or (grant["aud"], grant["lxm"]) != (SERVER, UPLOAD_BLOB):
            raise refused("AuthRequired", 401)
        if self.world.clock.now().timestamp() > grant["until"]:
            raise refused("ExpiredToken", 401)
        return grant["did"]

    def start(self, request: Request) -> dict[str, Any]:
        did, form = self._did(request), request.json()
        if reason := self.world.options["video_refusal"]:
            raise refused(reason, 429 if reason == "DailyLimitExceeded" else 400)
        if form["mimeType"] not in TYPES:
            raise refused("UnsupportedContentType")
        number = f"job-{len(self.sessions) + 1}"
        size = self.world.options["video_part"]
        self.sessions[number] = {
            "did": did, "size": form["sizeBytes"], "part": size, "parts": {}, "state": "created", "job": "",
            "polls": 0, "count": -(-form["sizeBytes"] // size), "mime": form["mimeType"],
        }  # fmt: skip
        return self._described(number)

    def _described(self, number: str) -> dict[str, Any]:
        session = self.sessions[number]
        until = (self.world.clock.now() + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
        return {
            "jobId": number, "partSizeBytes": session["part"], "partCount": session["count"], "expiresAt": until,
        }  # fmt: skip

    def _session(self, request: Request, number: str) -> dict[str, Any]:
        did = self._did(request)
        if number not in self.sessions or self.sessions[number]["did"] != did:
            raise refused("UploadNotFound", 404)
        return self.sessions[number]

    def part(self, request: Request) -> dict[str, Any]:
        session, place = self._session(request, request.one("jobId")), int(request.one("partNumber"))
        if session["state"] != "created":
            raise refused({"finishing": "UploadNotReady", "completed": "UploadAlreadyCompleted"}[session["state"]])
        if not 1 <= place <= session["count"]:
            raise refused("InvalidPartNumber")
        expected = min(session["part"], session["size"] - (place - 1) * session["part"])
        if len(request.body) != expected or request.kind != "application/octet-stream":
            raise refused("PartSizeMismatch")
        session["parts"][place] = request.body
        return {"partNumber": place, "sizeBytes": len(request.body)}

    def finish(self, request: Request) -> dict[str, Any]:
        number = request.json()["jobId"]
        session = self._session(request, number)
        if set(session["parts"]) != set(range(1, session["count"] + 1)):
            raise refused("MissingParts")
        if self.world.options["video_finishing"] and session["state"] == "created":
            session |= {"state": "finishing", "polls": self.world.options["video_finishing"]}
            raise refused("UploadNotReady", 409)
        self._complete(session)
        return {"completedJobId": session["job"], "jobStatus": self._status(session["job"])}

    def _complete(self, session: dict[str, Any]) -> None:
        """A file that the account has uploaded before is the job of then."""
        content = b"".join(session["parts"][place] for place in sorted(session["parts"]))
        known = self.done.setdefault((session["did"], hashlib.sha256(content).hexdigest()), {"job": ""})
        if not known["job"]:
            known["job"] = f"done-{len(self.jobs) + 1}"
            polls = self.world.options["video_job_polls"]
            self.jobs[known["job"]] = {"did": session["did"], "content": content, "polls": polls, "blob": None}
        session |= {"state": "completed", "job": known["job"]}

    def upload_status(self, request: Request) -> dict[str, Any]:
        number = request.one("jobId")
        session = self._session(request, number)
        if session["state"] == "finishing":
            session["polls"] -= 1
            if session["polls"] <= 0:
                self._complete(session)
        answer = {**self._described(number), "receivedParts": sorted(session["parts"]), "state": session["state"]}
        if session["state"] == "completed":
            answer |= {"completedJobId": session["job"], "jobStatus": self._status(session["job"])}
        return answer

    def job_status(self, request: Request) -> dict[str, Any]:
        job = self.jobs.get(request.one("jobId"))
        if job is None:
            raise refused("InvalidRequest", 400)
        job["polls"] -= 1
        if job["polls"] < 0 and not self.world.options["video_failure"] and not job["blob"]:
            try:
                job["blob"] = self.network.store_blob(job["content"], "video/mp4")
            except Refusal:
                job["failure"] = "pds_upload_unsupported_blob_size"
        status = self._status(request.one("jobId"))
        return {"jobStatus": status} if self.world.options["video_envelope"] else status

    def _status(self, number: str) -> dict[str, Any]:
        job = self.jobs[number]
        failure = job.get("failure") or self.world.options["video_failure"]
        state = "JOB_STATE_ENCODING" if job["polls"] >= 0 else "JOB_STATE_FAILED" if failure else "JOB_STATE_COMPLETED"
        status = {"jobId": number, "did": job["did"], "state": state}
        if state == "JOB_STATE_FAILED":
            return {**status, "failureCode": failure, "message": "Failed to process video"}
        return {**status, "blob": job["blob"]} if job["blob"] else status

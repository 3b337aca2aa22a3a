"""Reels and video stories of the fake of Facebook: start, bytes at an address of their own, finish.

https://developers.facebook.com/docs/video-api/guides/reels-publishing (November 2026). The state of the file and of its
publication are two things: a video is "ready" before anybody finished it.
"""

from __future__ import annotations

from typing import Any

from tests.platforms.fakes.core import Refusal, Request

PHASES = {"video_id", "upload_phase"}
REEL_FIELDS = PHASES | {"video_state", "description", "title", "place", "scheduled_publish_time"}


class UprightVideos:
    """`graph`: the fake that has the pages and objects."""

    def __init__(self, graph: Any) -> None:
        self.graph = graph

    @property
    def options(self) -> dict[str, Any]:
        return dict(self.graph.world.options)

    def phase(self, request: Request, page_id: str, edge: str) -> dict[str, Any]:
        from tests.platforms.fakes import facebook

        self.graph._page(request, page_id, "pages_manage_posts")
        form = facebook._known(request, REEL_FIELDS if edge == "video_reels" else PHASES)
        if form.get("upload_phase") == "start":
            video = self.graph._add(
                "video", page_id, content=b"", edge=edge, state="uploading", visible=False, size=None
            )
            own = f"{self.graph.world.url}/facebook/video-upload/{facebook.VERSION}/{video['id']}"
            return {"video_id": video["id"], "upload_url": self.options["facebook_upload_url"] or own}
        video = self.graph.objects.get(form.get("video_id", ""))
        if form.get("upload_phase") != "finish" or video is None or video.get("edge") != edge or video["by"] != page_id:
            raise facebook.missing("video")
        if edge == "video_reels" and form.get("video_state") != "PUBLISHED":
            raise facebook.invalid("video_state must be one of the following values: DRAFT, PUBLISHED, SCHEDULED")
        if video["state"] == "uploading":
            raise facebook.error(6000, "The upload is not complete.", 1363033)
        if video.get("post"):
            raise facebook.invalid("The video was published already")
        self._publish(page_id, video, form)
        return {"success": True, "post_id": video["post"].rpartition("_")[2]}

    def _publish(self, page_id: str, video: dict[str, Any], form: dict[str, str]) -> None:
        more = {"video": video["id"], "visible": False}
        if video["edge"] == "video_stories":
            post = self.graph.add_story(page_id, **more)
        else:
            post = self.graph._add(
                "post", page_id, form.get("description", ""), reel=True, title=form.get("title"), **more
            )
        video |= {"post": post["id"], "state": "processing", "polls": self.options["facebook_polls"]}
        self.process(video["id"])

    def process(self, video_id: str | None) -> None:
        video = self.graph.objects.get(video_id or "", {})
        if not video.get("edge") or video["state"] != "processing":
            return
        if video["polls"] > 0:
            video["polls"] -= 1
            return
        video["state"] = self.options["facebook_video"]
        self.graph.objects[video["post"]]["visible"] = video["state"] == "ready"

    def arrive(self, request: Request, video_id: str) -> dict[str, Any]:
        """The bytes from an offset on. What is cut off leaves the first half of them."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        video = self.graph.objects.get(video_id)
        if scheme != "OAuth" or token not in self.graph.tokens or video is None:
            raise Refusal(401, {"debug_info": {"retriable": False, "type": "NotAuthorizedError"}})
        if int(request.headers["offset"]) != len(video["content"]):
            raise Refusal(400, {"debug_info": {"retriable": True, "type": "OffsetInvalidError"}})
        video["size"] = int(request.headers["file_size"])
        if self.options["facebook_cuts_uploads"]:
            self.graph.world.options["facebook_cuts_uploads"] -= 1
            video["content"] += request.body[: len(request.body) // 2]
            raise Refusal(500, {"debug_info": {"retriable": True, "type": "PartialRequestError"}})
        video["content"] += request.body
        if len(video["content"]) == video["size"]:
            video["state"] = "upload_complete"
        return {"success": True}

    def shown(self, video: dict[str, Any]) -> dict[str, Any]:
        self.process(video["id"])
        state, is_out = video["state"], bool(video.get("post"))
        published = is_out and state == "ready"
        publishing: dict[str, Any] = {"status": "complete" if published else "not_started"}
        if published:
            publishing |= {"publish_status": "published"}
        status = {
            "video_status": state,
            "uploading_phase": {
                "status": "in_progress" if state == "uploading" else "complete",
                "bytes_transferred": len(video["content"]),
            },
            "processing_phase": {"status": {"ready": "complete", "error": "error"}.get(state, "not_started")},
            "publishing_phase": publishing,
        }
        entity: dict[str, Any] = {"status": status}
        if published and video["edge"] == "video_reels":
            entity |= {"permalink_url": f"/reel/{video['id']}/", "post_id": video["post"].rpartition("_")[2]}
        return entity

    def reels(self, request: Request, page_id: str) -> dict[str, Any]:
        from tests.platforms.fakes import facebook

        self.graph._page(request, page_id, "pages_read_engagement")
        videos = [one for one in self.graph.objects.values() if one.get("edge") == "video_reels" and one.get("post")]
        shown = []
        for video in sorted(videos, key=lambda one: one["at"], reverse=True):
            entity = self.graph._entity(video)
            if "post_id" in entity:
                shown.append(entity | {"description": self.graph.objects[video["post"]]["message"]})
        return facebook._paged(shown, request)

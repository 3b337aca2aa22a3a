"""What beat rings, and how often (seconds). A tick that waits too long expires: the next one does its work."""

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {
    "heartbeat": {"task": "portal.tasks.beat_heartbeat", "schedule": 10.0, "options": {"expires": 10}},
    "mail": {"task": "common.tasks.send_outbox", "schedule": 5.0, "options": {"expires": 5}},
    "due": {"task": "delivery.tasks.tick", "schedule": 1.0, "options": {"expires": 2}},
    "sweep": {"task": "delivery.tasks.sweep", "schedule": 10.0, "options": {"expires": 10}},
    "reconcile": {"task": "delivery.tasks.reconcile", "schedule": 15.0, "options": {"expires": 15}},
    "notifications": {"task": "notifications.tasks.send_mail", "schedule": 10.0, "options": {"expires": 10}},
    "notices": {"task": "portal.tasks.send_notices", "schedule": 30.0, "options": {"expires": 30}},
    "numbers": {"task": "analytics.tasks.tick", "schedule": 30.0, "options": {"expires": 30}},
    "channels-connect": {"task": "channels.tasks.connect", "schedule": 3.0, "options": {"expires": 3}},
    "channels-upkeep": {"task": "channels.tasks.upkeep", "schedule": 60.0, "options": {"expires": 60}},
    "forget-events": {"task": "channels.tasks.forget_events", "schedule": 6 * 3600.0},
    "amendments": {"task": "posts.tasks.carry_on", "schedule": 5.0, "options": {"expires": 5}},
    "reviews": {"task": "posts.tasks.remind_reviews", "schedule": 300.0, "options": {"expires": 300}},
    "wall-times": {"task": "posts.tasks.keep_wall_times", "schedule": 3600.0, "options": {"expires": 600}},
    "links": {"task": "posts.tasks.look_at_links", "schedule": 3.0, "options": {"expires": 3}},
    "videos": {"task": "posts.tasks.probe_videos", "schedule": 2.0, "options": {"expires": 2}},
    "forget-uploads": {"task": "posts.tasks.forget_uploads", "schedule": 6 * 3600.0},
    "forget-links": {"task": "posts.tasks.forget_links", "schedule": 24 * 3600.0},
    "repeat-posts": {"task": "planning.tasks.repeat_posts", "schedule": 900.0, "options": {"expires": 900}},
    "forget-plans": {"task": "planning.tasks.forget_plans", "schedule": 6 * 3600.0},
    "forget-mail": {"task": "common.tasks.forget_sent_mail", "schedule": 6 * 3600.0},
    "forget-notifications": {"task": "notifications.tasks.forget_old", "schedule": 6 * 3600.0},
    "forget-sessions": {"task": "accounts.tasks.forget_ended_sessions", "schedule": 6 * 3600.0},
    "erase-consents": {"task": "posts.tasks.erase_consents", "schedule": 6 * 3600.0},
    "performance": {"task": "mentoring.tasks.tell_performance", "schedule": 1800.0, "options": {"expires": 1800}},
    "months": {"task": "analytics.tasks.make_months", "schedule": 6 * 3600.0},
    "short-links": {"task": "links.tasks.look", "schedule": 120.0, "options": {"expires": 120}},
}

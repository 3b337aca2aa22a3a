"""The icon of each kind."""

from notifications.enums import Kind

ICONS: dict[str, str] = {
    Kind.SUBMITTED: "hourglass",
    Kind.DECIDED: "badge-check",
    Kind.MOVED: "calendar-clock",
    Kind.COMMENT: "message-square",
    Kind.MENTION: "at-sign",
    Kind.SUGGESTION: "file-pen",
    Kind.EMERGENCY: "megaphone",
    Kind.REVIEW_DUE: "eye",
    Kind.MODERATION: "shield-check",
    Kind.PERFORMANCE: "chart-line",
    Kind.HANDOVER: "handshake",
    Kind.FEEDBACK: "graduation-cap",
    Kind.DELIVERY: "octagon-alert",
    Kind.ELSEWHERE: "circle-alert",
    Kind.CHANNEL: "plug",
    Kind.PAUSE: "circle-pause",
    Kind.KIT: "layers",
    Kind.REPORT: "files",
    Kind.PLAN: "calendar-days",
    Kind.AGREEMENT: "list-checks",
    Kind.GALLERY: "images",
    Kind.TRAINING: "flag",
    Kind.URGENT: "triangle-alert",
    Kind.MESSAGES: "inbox",
    Kind.LATE: "clock",
    Kind.MINE: "user",
    Kind.ANSWER: "hourglass",
    Kind.DEPARTMENT: "mail",
}

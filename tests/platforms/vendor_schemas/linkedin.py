"""LinkedIn's versioned API, from Microsoft's pages. Addresses have URNs, percent-encoded, and Rest.li's lists."""

from __future__ import annotations

from tests.platforms.vendor_schemas.written import (
    BYTES,
    COUNT,
    FILLED,
    FLAG,
    NOTHING,
    NUMBER,
    TEXT,
    WEB,
    WHOLE,
    Call,
    Schema,
    Written,
    has,
    many,
    one_of,
)

MARKETING = "https://learn.microsoft.com/en-us/linkedin/marketing/community-management"
SHARES = f"{MARKETING}/shares"
ORGANIZATIONS = f"{MARKETING}/organizations"
TOKENS = "https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow"
VIEW = "li-lms-2026-05"
SHOWN_PART = (
    "The stored copy shows the beginning of the page; names further down are those of public clients "
    "(linkedctl 0.3.0, code that posts with version 202610)."
)
READ = "read 2026-11-29"


def urn(*kinds: str) -> Schema:
    return {"type": "string", "pattern": rf"^urn:li:({'|'.join(kinds)}):"}


PAGE, AUTHOR, POST = urn("organization"), urn("organization", "person"), urn("share", "ugcPost", "activity")
LIST: Schema = {"type": "string", "pattern": r"^List\(urn:li:\w+:[^,()]+(,urn:li:\w+:[^,()]+)*\)$"}
ENCODED_POST = r"urn%3Ali%3A(share|ugcPost|activity)%3A\d+"
COMMENT = r"urn%3Ali%3Acomment%3A%28urn%3Ali%3Aactivity%3A\d+%2C\d+%29"
FILE = r"/upload/(image|video|document)/[\w-]+/\d+"
PAGED: dict[str, Schema] = {"start": COUNT, "count": COUNT}
PAGING = has({"start": COUNT, "count": COUNT}, links=many({"type": "object"}), total=COUNT)
MEDIA = has({"id": urn("image", "video", "document")}, title=TEXT, altText=TEXT)
CONTENT = has(
    media=MEDIA,
    multiImage=has({"images": many(has({"id": urn("image")}, altText=TEXT), minItems=2, maxItems=20)}, altText=TEXT),
    article=has({"source": WEB}, title=TEXT, description=TEXT, thumbnail=urn("image"), thumbnailAltText=TEXT),
    poll=has(
        {"question": TEXT, "options": many(has({"text": TEXT}), minItems=2, maxItems=4)},
        settings=has(duration=TEXT, voteSelectionType=TEXT, isVoterVisibleToAuthor=FLAG),
    ),
)
SHARED: dict[str, Schema] = {
    "author": AUTHOR, "commentary": TEXT, "visibility": one_of("PUBLIC", "CONNECTIONS", "LOGGED_IN", "CONTAINER"),
    "lifecycleState": one_of("PUBLISHED", "DRAFT"),
}  # fmt: skip
DISTRIBUTION = has(
    {"feedDistribution": one_of("MAIN_FEED", "NONE")},
    targetEntities=many({"type": "object"}), thirdPartyDistributionChannels=many(TEXT),
)  # fmt: skip
NEW_POST = has({**SHARED, "distribution": DISTRIBUTION}, content=CONTENT, isReshareDisabledByAuthor=FLAG)
# With the votes, which only answers have. https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/poll-post-api
SHOWN_POLL = has(
    {"question": TEXT, "options": many(has({"text": TEXT}, voteCount=COUNT, isVotedByViewer=FLAG))},
    settings=has(duration=TEXT, voteSelectionType=TEXT, isVoterVisibleToAuthor=FLAG), uniqueVotersCount=COUNT,
)  # fmt: skip
SHOWN_CONTENT: Schema = {**CONTENT, "properties": {**CONTENT["properties"], "poll": SHOWN_POLL}}
SHOWN_POST = has(
    {**SHARED, "id": urn("share", "ugcPost")},
    content=SHOWN_CONTENT, distribution=DISTRIBUTION, isReshareDisabledByAuthor=FLAG, createdAt=COUNT,
    publishedAt=COUNT, lastModifiedAt=COUNT, lifecycleStateInfo={"type": "object"},
)  # fmt: skip
STAMP = has({"time": COUNT}, actor=TEXT, impersonator=TEXT)
SHOWN_COMMENT = has(
    {"actor": AUTHOR, "id": FILLED, "message": has({"text": TEXT}, attributes=many({"type": "object"}))},
    object=TEXT, created=STAMP, lastModified=STAMP, parentComment=urn("comment"), commentUrn=urn("comment"),
    likesSummary={"type": "object"}, content=many({"type": "object"}),
    commentsSummary=has(selectedComments=many(TEXT), aggregatedTotalComments=COUNT, totalFirstLevelComments=COUNT),
    **{"$URN": urn("comment"), "agent": TEXT},
)  # fmt: skip
METADATA = has(
    entity=TEXT, commentsState=one_of("OPEN", "CLOSED"), commentSummary=has({"count": COUNT}, topLevelCount=COUNT),
    reactionSummaries={
        "type": "object", "additionalProperties": has({"count": COUNT}, reactionType=TEXT),
        "propertyNames": {"enum": ["LIKE", "PRAISE", "EMPATHY", "INTEREST", "APPRECIATION", "ENTERTAINMENT", "MAYBE"]},
    },
)  # fmt: skip
STATISTICS = has(
    clickCount=COUNT, commentCount=WHOLE, engagement=NUMBER, impressionCount=COUNT, likeCount=WHOLE, shareCount=WHOLE,
    uniqueImpressionsCount=COUNT, commentMentionsCount=COUNT, shareMentionsCount=COUNT,
)  # fmt: skip
GRANT = has(
    {"access_token": FILLED, "expires_in": COUNT}, refresh_token=FILLED, refresh_token_expires_in=COUNT, scope=TEXT,
    token_type=TEXT,
)  # fmt: skip
OURS = {"client_id": FILLED, "client_secret": FILLED}
INPUT_ERROR = has(
    code=TEXT, description=TEXT, input=has({"inputPath": has({"fieldPath": TEXT})}), type=TEXT
)  # fmt: skip
STATES = one_of("AVAILABLE", "PROCESSING", "PROCESSING_FAILED", "WAITING_UPLOAD")


def _elements(one: Schema) -> Schema:
    return has({"elements": many(one), "paging": PAGING})


SCHEMA = Written(
    title=f"written by hand, Microsoft's pages of {VIEW} and of November 2026",
    error={
        "if": {"required": ["error"]},
        "then": has({"error": TEXT}, error_description=TEXT),
        "else": has({"message": TEXT, "status": WHOLE}, code=TEXT, serviceErrorCode=WHOLE, errorDetailType=TEXT,
            errorDetails=has(inputErrors=many(INPUT_ERROR))),
    },
    calls=(
        Call("posts.create", "POST", "/rest/posts", f"{SHARES}/post-api-schema?view={VIEW}", VIEW, body=NEW_POST,
            believed=SHOWN_PART),
        Call("posts.partial_update", "POST", f"/rest/posts/{ENCODED_POST}", f"{SHARES}/posts-api", VIEW,
            body=has({"patch": has({"$set": has(commentary=TEXT, contentLandingPage=TEXT, lifecycleState=TEXT,
                contentCallToActionLabel=TEXT)})}),
            believed=SHOWN_PART,
        ),
        Call("posts.get", "GET", f"/rest/posts/{ENCODED_POST}", f"{SHARES}/posts-api", VIEW,
            query=has(viewContext=one_of("READER", "AUTHOR")), answer=SHOWN_POST),
        Call("posts.delete", "DELETE", f"/rest/posts/{ENCODED_POST}", f"{SHARES}/posts-api", VIEW),
        Call("posts.by_author", "GET", "/rest/posts", f"{SHARES}/posts-api", VIEW,
            query=has({"q": one_of("author"), "author": AUTHOR}, sortBy=one_of("LAST_MODIFIED", "CREATED"),
                isDsc=FLAG, **PAGED),
            answer=_elements(SHOWN_POST), believed=SHOWN_PART,
        ),
        Call("images.initialize_upload", "POST", "/rest/images", f"{SHARES}/images-api?view={VIEW}", VIEW,
            query=has({"action": one_of("initializeUpload")}),
            body=has({"initializeUploadRequest": has({"owner": AUTHOR}, mediaLibraryMetadata={"type": "object"})}),
            answer=has({"value": has({"uploadUrl": WEB, "image": urn("image")}, uploadUrlExpiresAt=COUNT)}),
        ),
        Call("videos.initialize_upload or finalize_upload", "POST", "/rest/videos",
            f"{SHARES}/videos-api?view={VIEW}", VIEW,
            query=has({"action": one_of("initializeUpload", "finalizeUpload")}),
            body={
                "if": {"required": ["finalizeUploadRequest"]},
                "then": has({"finalizeUploadRequest": has({"video": urn("video"), "uploadToken": TEXT,
                    "uploadedPartIds": many(FILLED)})}),
                "else": has({"initializeUploadRequest": has({"owner": AUTHOR, "fileSizeBytes": COUNT},
                    uploadCaptions=FLAG, uploadThumbnail=FLAG, purpose=TEXT)}),
            },
            answer={
                "if": {"required": ["value"]},
                "then": has({"value": has({"uploadInstructions": many(has({"uploadUrl": WEB, "firstByte": COUNT,
                    "lastByte": COUNT})), "video": urn("video")}, uploadToken=TEXT, uploadUrlsExpireAt=COUNT)}),
                "else": NOTHING,
            },
            believed=SHOWN_PART,
        ),
        Call("images.get", "GET", r"/rest/images/urn%3Ali%3Aimage%3A[\w-]+", f"{SHARES}/images-api?view={VIEW}", VIEW,
            answer=has({"id": urn("image"), "status": STATES}, owner=AUTHOR, downloadUrl=WEB,
                downloadUrlExpiresAt=COUNT, aspectRatioHeight=NUMBER, aspectRatioWidth=NUMBER)),
        Call("videos.get", "GET", r"/rest/videos/urn%3Ali%3Avideo%3A[\w-]+", f"{SHARES}/videos-api?view={VIEW}", VIEW,
            answer=has({"id": urn("video"), "status": STATES}, owner=AUTHOR, downloadUrl=WEB, duration=COUNT,
                downloadUrlExpiresAt=COUNT, aspectRatioHeight=NUMBER, aspectRatioWidth=NUMBER, captions=TEXT,
                thumbnail=TEXT, processingFailureReason=TEXT)),
        Call("documents.initialize_upload", "POST", "/rest/documents", f"{SHARES}/documents-api", READ,
            query=has({"action": one_of("initializeUpload")}),
            body=has({"initializeUploadRequest": has({"owner": AUTHOR})}),
            answer=has({"value": has({"uploadUrl": WEB, "document": urn("document")}, uploadUrlExpiresAt=COUNT)}),
            believed=SHOWN_PART,
        ),
        Call("documents.get", "GET", r"/rest/documents/urn%3Ali%3Adocument%3A[\w-]+", f"{SHARES}/documents-api", READ,
            answer=has({"id": urn("document"), "status": STATES}, owner=AUTHOR, downloadUrl=WEB,
                downloadUrlExpiresAt=COUNT),
            believed=SHOWN_PART,
        ),
        Call("upload of a file", "PUT", FILE, f"{SHARES}/videos-api?view={VIEW}", VIEW, body=BYTES,
            believed="The address comes from LinkedIn's answer; this one is the fake's."),
        Call("comments.create", "POST", f"/rest/socialActions/({ENCODED_POST}|{COMMENT})/comments",
            f"{SHARES}/comments-api", READ,
            body=has({"actor": AUTHOR, "object": POST, "message": has({"text": FILLED}, attributes=many(TEXT))},
                parentComment=urn("comment"), content=many({"type": "object"})),
            answer=SHOWN_COMMENT, believed=SHOWN_PART,
        ),
        Call("comments.list", "GET", f"/rest/socialActions/({ENCODED_POST}|{COMMENT})/comments",
            f"{SHARES}/comments-api", READ, query=has(PAGED), answer=_elements(SHOWN_COMMENT), believed=SHOWN_PART),
        Call("comments.get", "GET", rf"/rest/socialActions/{ENCODED_POST}/comments/\d+", f"{SHARES}/comments-api", READ,
            answer=SHOWN_COMMENT),
        Call("comments.partial_update", "POST", rf"/rest/socialActions/{ENCODED_POST}/comments/\d+",
            f"{SHARES}/comments-api", READ,
            query=has({"actor": AUTHOR}),
            body=has({"patch": has({"message": has({"$set": has({"text": FILLED})})})}), believed=SHOWN_PART,
        ),
        Call("comments.delete", "DELETE", rf"/rest/socialActions/{ENCODED_POST}/comments/\d+",
            f"{SHARES}/comments-api", READ, query=has({"actor": AUTHOR}), believed=SHOWN_PART),
        Call("socialMetadata.get", "GET", f"/rest/socialMetadata/{ENCODED_POST}", f"{SHARES}/social-metadata-api", READ,
            answer=METADATA, believed=SHOWN_PART),
        Call("socialMetadata.batch_get", "GET", "/rest/socialMetadata", f"{SHARES}/social-metadata-api", READ,
            query=has({"ids": LIST}),
            answer=has({"results": {"type": "object", "additionalProperties": METADATA}}, statuses={"type": "object"},
                errors={"type": "object", "additionalProperties": has({"status": WHOLE}, message=TEXT, code=TEXT,
                    serviceErrorCode=WHOLE)}),
            believed=SHOWN_PART,
        ),
        Call("organizationAcls.by_assignee", "GET", "/rest/organizationAcls",
            f"{ORGANIZATIONS}/organization-access-control-by-role?view=li-lms-2025-01", "li-lms-2025-01",
            query=has({"q": one_of("roleAssignee")}, state=one_of("APPROVED", "REQUESTED", "REJECTED", "REVOKED"),
                role=TEXT, **PAGED),
            answer=_elements(has({"organization": PAGE, "role": TEXT, "roleAssignee": urn("person"), "state": TEXT})),
            believed=SHOWN_PART,
        ),
        Call("organizations.get", "GET", r"/rest/organizations/\d+", f"{ORGANIZATIONS}/organization-lookup-api", READ,
            answer=has({"id": COUNT, "localizedName": TEXT}, vanityName=TEXT), believed=SHOWN_PART),
        Call("networkSizes.get", "GET", r"/rest/networkSizes/urn%3Ali%3Aorganization%3A\d+",
            f"{ORGANIZATIONS}/organization-lookup-api", READ,
            query=has({"edgeType": one_of("COMPANY_FOLLOWED_BY_MEMBER")}), answer=has({"firstDegreeSize": COUNT}),
            believed=SHOWN_PART,
        ),
        Call("organizationalEntityShareStatistics", "GET", "/rest/organizationalEntityShareStatistics",
            f"{ORGANIZATIONS}/share-statistics", READ,
            query=has({"q": one_of("organizationalEntity"), "organizationalEntity": PAGE}, shares=LIST, ugcPosts=LIST,
                timeIntervals=TEXT),
            answer=_elements(has({"totalShareStatistics": STATISTICS}, organizationalEntity=PAGE, share=urn("share"),
                ugcPost=urn("ugcPost"))),
            believed=SHOWN_PART,
        ),
        Call("token", "POST", "/oauth/v2/accessToken", TOKENS, READ,
            body=has({**OURS, "grant_type": one_of("authorization_code", "refresh_token")}, code=FILLED,
                redirect_uri=WEB, refresh_token=FILLED),
            answer=GRANT,
        ),
        Call("revoke", "POST", "/oauth/v2/revoke", TOKENS, READ, body=has({**OURS, "token": FILLED}),
            believed="The call is on no page that was stored; public clients make it with these fields."),
    ),
)  # fmt: skip
version, operation = SCHEMA.version, SCHEMA.operation
validate, validate_answer, validate_error = SCHEMA.validate, SCHEMA.validate_answer, SCHEMA.validate_error

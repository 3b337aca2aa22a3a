"""YouTube's Data API v3 by Google's discovery document."""

from tests.platforms.vendor_schemas.discovery import Discovery

API = Discovery("youtube.v3")
version, operation = API.version, API.operation
validate, validate_answer = API.validate, API.validate_answer

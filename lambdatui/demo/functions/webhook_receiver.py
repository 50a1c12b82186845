"""Takes the carrier's calls; each one is signed with the secret that we share."""

import hashlib
import hmac
import json
from typing import Any

SHARED = b"from the parameter store in earnest"


def signed(body: str, signature: str) -> bool:
    expected = hmac.new(SHARED, body.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    body = event.get("body") or ""
    if not signed(body, (event.get("headers") or {}).get("x-signature", "")):
        return {"statusCode": 401, "body": json.dumps({"error": "signature does not match"})}
    return {"statusCode": 202, "body": json.dumps({"accepted": len(body)})}

"""Drives one of the Python clients that make Segment's calls, as it is published: every call, plain and gzipped.

Arguments: the client's package, the prefix of its people, host, write key.
"""

import importlib
import json
import sys
from datetime import UTC, datetime


def main(package: str, prefix: str, host: str, write_key: str) -> None:
    client_class = importlib.import_module(f"{package}.client").Client
    failures: list[str] = []
    timestamp = datetime(2026, 3, 4, 5, 6, 7, 89000, UTC)
    for is_zipped in (False, True):
        who = f"{prefix}{int(is_zipped)}"
        client = client_class(
            write_key, host=host, gzip=is_zipped, max_retries=1, on_error=lambda error, _: failures.append(repr(error))
        )
        client.identify(
            who, {"email": f"{who}@example.org", "plan": "pro"}, anonymous_id=f"a-{who}", timestamp=timestamp
        )
        client.track(
            who,
            "Order Completed",
            {"order_id": f"order-{who}", "revenue": 12.5, "currency": "EUR"},
            context={"ip": "203.0.113.9", "campaign": {"name": "spring"}},
            timestamp=timestamp,
            message_id=f"message-{who}",
        )
        client.page(who, "Docs", "Start", {"path": "/docs"}, timestamp=timestamp)
        client.screen(who, "Docs", "Welcome", {"variant": "b"}, timestamp=timestamp)
        client.group(who, "g1", {"name": "Initech"}, timestamp=timestamp)
        client.alias(f"{who}-old", who, timestamp=timestamp)
        client.shutdown()
    print(json.dumps({"failures": failures}))


if __name__ == "__main__":
    main(*sys.argv[1:])

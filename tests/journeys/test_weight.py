"""What the overview weighs, cold: every byte that crosses the wire counts."""

from __future__ import annotations

BUDGET = 60_000  # bytes, compressed, with headers


def test_the_overview_weighs_little_and_asks_nobody_else(visit) -> None:
    visitor = visit("owner")
    wire = visitor.page.context.new_cdp_session(visitor.page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    visitor.go("/w/simulated/").wait_for_load_state("networkidle")
    assert len(sizes) >= 4  # the page, the style sheet, two scripts: the count itself works
    assert sum(sizes) <= BUDGET, f"{sum(sizes):,.0f} bytes in {len(sizes)} requests"
    assert all(address.startswith(visitor.site.address) for address in visitor.addresses)

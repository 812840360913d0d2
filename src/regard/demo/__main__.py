"""``python -m regard.demo`` prints the true values of the simulated company, as the reference page shows them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from regard.demo.simulate import Simulation, simulate
from regard.demo.truth import Fact

METRICS = ("csat", "nps", "ces", "fcr", "art", "retention", "churn", "referral")


def page(simulation: Simulation) -> Iterator[str]:
    """The lines of three Markdown tables: the metrics, the change of CSAT, the incident."""
    truth = simulation.truth
    yield f"{simulation.rows.num_rows:,} interactions."
    yield from ("", "| Metric | Basis | n | Published | Corrected and companions |", "|---|---|---|---|---|")
    yield from (line(metric, truth.of(metric)) for metric in METRICS)
    change = truth.csat_change()
    yield from ("", "| CSAT, share of 4–5, second half against first | Mix | Rate |", "|---|---|---|")
    yield from (f"| {channel} | {part(change.mix[channel])} | {part(change.rate[channel])} |" for channel in change.mix)
    yield f"| all: {change.before:.4f} → {change.after:.4f} | {part(total(change.mix))} | {part(total(change.rate))} |"
    incident = truth.incident()
    yield from ("", f"| {incident.orders} orders hit | As usual | In the incident |", "|---|---|---|")
    yield from (
        f"| {name} | {figure(value)} | {figure(incident.in_it[name])} |" for name, value in incident.as_usual.items()
    )


def line(metric: str, fact: Fact) -> str:
    rest = ", ".join(f"{name} {figure(value)}" for name, value in fact.corrected.items())
    return f"| {metric} | {fact.basis} | {fact.n:,} | {figure(fact.published)} | {rest} |"


def figure(value: float) -> str:
    """Four digits behind the point; none for seconds and counts."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4f}"


def part(value: float) -> str:
    """A part of a change, with its sign; what rounds to nothing has none.

    >>> part(-1e-15), part(0.0123)
    ('0.0000', '+0.0123')
    """
    return f"{value:+.4f}" if abs(value) >= 0.00005 else "0.0000"


def total(parts: Mapping[str, float]) -> float:
    return sum(parts.values())


if __name__ == "__main__":
    sys.stdout.write("\n".join(page(simulate())) + "\n")

"""Numbers as Prometheus reads them: its text exposition format, version 0.0.4."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PREFIX = "side_by_side_"

Labels = Mapping[str, str]


@dataclass(slots=True)
class Metric:
    """One name, what it means, and its present numbers."""

    name: str
    kind: str
    """counter, gauge or histogram."""
    meaning: str
    _samples: list[tuple[str, dict[str, str], float]] = field(default_factory=list, init=False)

    def set(self, number: float, labels: Labels | None = None, *, suffix: str = "") -> None:
        self._samples.append((suffix, dict(labels or {}), number))

    def lines(self) -> Iterator[str]:
        """None where there is nothing to tell."""
        if not self._samples:
            return
        name = PREFIX + self.name
        yield f"# HELP {name} {self.meaning}"
        yield f"# TYPE {name} {self.kind}"
        for suffix, labels, number in self._samples:
            pairs = ",".join(f'{label}="{escaped(text)}"' for label, text in labels.items())
            yield f"{name}{suffix}{{{pairs}}} {number:.15g}" if pairs else f"{name}{suffix} {number:.15g}"


def expose(metrics: list[Metric]) -> str:
    return "".join(f"{line}\n" for metric in metrics for line in metric.lines())


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

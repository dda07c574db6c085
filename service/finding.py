"""What a look at something found: one sentence, and the cure where something is wrong."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Without a cure it is fine."""

    text: str
    cure: str = ""

    def __str__(self) -> str:
        return f"! {self.text} {self.cure}" if self.cure else f"  {self.text}"


def needs_attention(findings: Iterable[Finding]) -> bool:
    return any(finding.cure for finding in findings)

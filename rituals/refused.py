"""The one error for what a person asked and cannot have: its text is the sentence they read."""


class RefusedError(ValueError):
    """An expected refusal. `field` names the form field the sentence belongs beside, if one does."""

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class StaleError(RefusedError):
    """What was answered has changed since the page was drawn; the person should look again."""

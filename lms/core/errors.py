"""The error every room raises for what a person can put right."""

from django.utils.functional import Promise


class FieldschoolError(Exception):
    """Something was refused: `code` for programs, `sentence` (translatable, with the way out) for people."""

    code = "error"

    def __init__(self, sentence: str | Promise, *, code: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return str(self.sentence)

"""`manage.py ledger TERM [--output FILE.csv]`: the ledger of a term's lessons by week, as csv."""

from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lms.core.clock import now
from lms.schools.figures import selectors, tables
from lms.schools.models import Term


class Command(BaseCommand):
    help = "Writes the ledger of a term's lessons by class, subject and week, as csv."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("term", help="the term's name, or the id in the address of its page")
        parser.add_argument("--school", help="this school alone")
        parser.add_argument("--output", type=Path, metavar="FILE.csv", help="a file; without it, to the terminal")

    def handle(self, *args: Any, **options: Any) -> None:
        term = _term(options["term"])
        school = options["school"]
        if school is not None and school not in selectors.school_keys(term):
            raise CommandError(f"no_school: {term.name} has no school {school!r}.")
        text = tables.ledger_csv(selectors.lines(term, now(), None if school is None else {school}))
        if options["output"] is None:
            self.stdout.write(text.removeprefix("\ufeff"), ending="")
            return
        try:
            options["output"].write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"output_unusable: {options['output']} cannot be written: {error.strerror}.") from error


def _term(name: str) -> Term:
    """A term by its id, or by a name that one term alone has."""
    found = list(Term.objects.filter(name=name)[:2])
    with suppress(ValueError):
        found = found or list(Term.objects.filter(pk=UUID(name)))
    if len(found) != 1:
        raise CommandError(f"no_term: {'several terms are' if found else 'no term is'} called {name!r}.")
    return found[0]

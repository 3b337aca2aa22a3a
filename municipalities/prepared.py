"""Compiled statements (`common.prepared`) that see one or several municipalities, named at each execution."""

from collections.abc import Iterable, Sequence
from typing import Any

from common import prepared
from municipalities.tenancy import named_later, require, scope


class _Scoped:
    def _run(self, cursor: Any, given: dict[str, Any]) -> None:
        require().refuse(given["municipality"])
        super()._run(cursor, given)  # type: ignore[misc]


class Prepared(_Scoped, prepared.Prepared):
    """`make` runs in the scope of the marker `of.municipality`; a run needs a scope that covers its own."""

    def __init__(self, make: Any, **kinds: type) -> None:
        def made(of: Any) -> Any:
            with scope(of.municipality):
                return make(of)

        super().__init__(made, municipality=int, **kinds)


class PreparedRows(_Scoped, prepared.PreparedRows):
    """As `Prepared`, of whole instances."""

    def __init__(self, make: Any, *related: str, **kinds: type) -> None:
        def made(of: Any) -> Any:
            with scope(of.municipality):
                return make(of)

        super().__init__(made, *related, municipality=int, **kinds)


class PreparedUpdate(_Scoped, prepared.PreparedUpdate):
    """As `Prepared`, for an UPDATE: of the rows of `municipality`, which each run names."""

    def __init__(self, model: Any, *columns: str, where: Sequence[str]) -> None:
        super().__init__(model, *columns, where=("municipality", *where))


class _Several(prepared.among):
    """The ids of a scope; more than one, as far as a manager asks."""

    def __len__(self) -> int:
        return 2


class _ForSeveral:
    def __init__(self, make: Any, *related: str, **kinds: type) -> None:
        def made(of: Any) -> Any:
            with named_later(_Several(of.municipalities)):
                return make(of)

        super().__init__(made, *related, municipalities=str, **kinds)  # type: ignore[call-arg]

    def rows(self, **given: Any) -> prepared.Rows:
        """`municipalities`: their ids."""
        ids: Iterable[int] = sorted(set(given.pop("municipalities")))
        for id_ in ids:
            require().refuse(id_)
        rows: prepared.Rows = super().rows(municipalities=prepared.array(ids), **given)  # type: ignore[misc]
        return rows


class PreparedForSeveral(_ForSeveral, prepared.Prepared):
    """As `Prepared`, about several municipalities, whose ids are named at each run."""


class PreparedRowsForSeveral(_ForSeveral, prepared.PreparedRows):
    """As `PreparedForSeveral`, of whole instances."""

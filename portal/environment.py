"""The variables of the installation, read with a type. A wrong one ends the program with a sentence."""

import sys
from typing import Any, NoReturn

import environ

TRUE = ("true", "t", "yes", "y", "on", "ok", "1")
FALSE = ("false", "f", "no", "n", "off", "0", "")
ADDRESS = (
    "It has to look like scheme://user:password@host:port/name. In user and password write special characters "
    "percent-encoded: / as %2F, # as %23, ? as %3F, @ as %40, : as %3A, % as %25."
)


class Environment(environ.Env):
    """Ends the program (`SystemExit`) where a variable cannot be read. Values of addresses are not repeated: they hold
    passwords."""

    def bool(self, var: str, default: Any = environ.Env.NOTSET) -> bool:
        value = super().str(var, default=None) if var in self.ENVIRON else None
        if value is not None and value.strip().lower() not in TRUE + FALSE:
            _refuse(var, f"is {value!r}, but has to be true or false.")
        return bool(super().bool(var, default=default))

    def int(self, var: str, default: Any = environ.Env.NOTSET) -> int:
        if default is not self.NOTSET and not self.ENVIRON.get(var, "").strip():
            return int(default)
        try:
            return int(super().int(var, default=default))
        except ValueError:
            _refuse(var, f"is {self.ENVIRON[var]!r}, but has to be a whole number.")

    def one_of(self, var: str, values: tuple[str, ...], default: str) -> str:
        value = str(super().str(var, default=default)).strip().lower() or default
        if value not in values:
            _refuse(var, f"is {value!r}, but has to be one of {', '.join(values)}.")
        return value

    def json(self, var: str, default: Any = environ.Env.NOTSET) -> Any:
        try:
            return super().json(var, default=default)
        except ValueError as problem:
            _refuse(var, f"is not valid JSON: {problem}.")

    def seconds_by_name(self, var: str) -> dict[str, Any]:
        """Of JSON such as {"mastodon": 960}; {} where it is not set."""
        value = self.json(var, default={})
        numbers = value.values() if isinstance(value, dict) else [None]
        if not all(type(number) is int and number >= 0 for number in numbers):
            _refuse(var, f'is {value!r}, but has to be a JSON object of seconds, such as {{"mastodon": 960}}.')
        return dict(value)

    def db(self, var: str, default: Any = environ.Env.NOTSET) -> dict[str, Any]:
        return self._address(var, lambda: super(Environment, self).db(var, default=default))

    def email_url(self, var: str, default: Any = environ.Env.NOTSET) -> dict[str, Any]:
        return self._address(var, lambda: super(Environment, self).email_url(var, default=default))

    def _address(self, var: str, read: Any) -> dict[str, Any]:
        try:
            return dict(read())
        except Exception:
            _refuse(var, f"is no address that can be read. {ADDRESS}")


def _refuse(var: str, why: str) -> NoReturn:
    sys.exit(f"The variable {var} {why} docs/operations/deploy.md describes it.")

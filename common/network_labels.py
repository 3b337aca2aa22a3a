"""Which network a label names: its key, with a suffix for a practice account that imitates it. Pure."""

_SUFFIX = "-practice"


def of_practice(network: str) -> str:
    """The label of a practice account that imitates `network`: "facebook-practice"."""
    return f"{network}{_SUFFIX}"


def split(label: str) -> tuple[str, bool]:
    """The key of the network, and whether the account only imitates it."""
    return label.removesuffix(_SUFFIX), label.endswith(_SUFFIX)

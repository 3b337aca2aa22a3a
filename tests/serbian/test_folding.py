import pytest

from serbian.folding import fold


@pytest.mark.parametrize(
    ("key", "spellings"),
    [
        ("cuprija", ["Ћуприја", "Ćuprija", "Cuprija", "cuprija", "ЋУПРИЈА", "C\u0301uprija"]),
        ("dorde", ["Ђорђе", "Đorđe", "Djordje", "Dorde", "Ðorđe"]),
        ("opstina", ["општина", "opština", "OPSTINA"]),
        ("vrnjacka banja", ["Врњачка Бања", "VRNJAČKA BANJA", "Vrǌačka Baǌa"]),
        ("dzep", ["џеп", "džep", "DŽEP", "ǆep"]),
        ("malom zvorniku 2026.", ["Малом Зворнику 2026."]),
    ],
)
def test_every_spelling_folds_to_one_key(key, spellings):
    assert {fold(spelling) for spelling in spellings} == {key}


def test_folding_again_changes_nothing():
    assert fold(fold("Надживети Ђердап")) == fold("Надживети Ђердап")

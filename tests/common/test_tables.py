"""Tables whose rows become blocks of facts on a phone."""

from __future__ import annotations

from common.tables import named

HEAD = (
    '<thead><tr><th scope="col">Indicator</th><th class="num">Per &quot;post&quot;</th>'
    "<th><span>By</span> month</th></tr></thead>"
)


def test_each_cell_says_the_heading_of_its_column():
    first = '<tr><th scope="row">OC1</th><td class="num">4</td><td>up</td></tr>'
    assert named(f"{HEAD}<tbody>{first}<tr><th>OC2</th><td>5</td><td></td></tr></tbody>") == (
        f'{HEAD}<tbody><tr><th scope="row">OC1</th>'
        '<td data-label="Per &quot;post&quot;" class="num">4</td><td data-label="By month">up</td></tr>'
        '<tr><th>OC2</th><td data-label="Per &quot;post&quot;">5</td><td data-label="By month"></td></tr></tbody>'
    )


def test_a_row_that_does_not_begin_with_its_name_keeps_its_order():
    row = "<tbody><tr><td>May</td><th>Place</th><td>3</td></tr></tbody>"
    assert named(HEAD + row).endswith(
        '<tr><td data-label="Indicator">May</td><th>Place</th><td data-label="By month">3</td></tr></tbody>'
    )


def test_a_quote_in_a_heading_ends_no_attribute():
    assert named('<thead><tr><th>A "b"</th></tr></thead><tr><td>1</td></tr>').endswith(
        '<tr><td data-label="A &quot;b&quot;">1</td></tr>'
    )


def test_a_cell_beyond_the_headings_stays_as_it_is():
    assert named("<thead><tr><th>A</th></tr></thead><tr><td>1</td><td>2</td></tr>").endswith("<td>2</td></tr>")

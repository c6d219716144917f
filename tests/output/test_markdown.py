from __future__ import annotations


def test_a_cell_cannot_end_early(render) -> None:
    assert render("SELECT 'a|b' || chr(10) || 'c' AS v", "markdown").splitlines()[-1] == "| a\\|b<br>c |"


def test_html_is_shown_and_not_obeyed(render) -> None:
    assert render("SELECT '<b>&' AS v", "markdown").splitlines()[-1] == "| &lt;b>&amp; |"


def test_numbers_stand_to_the_right(render) -> None:
    assert render("SELECT 1 AS n, 'a' AS s, [1] AS l", "markdown").splitlines()[1] == "| ---: | --- | --- |"

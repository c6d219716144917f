"""Which statements look around, told from DuckDB's own by their tokens."""

from __future__ import annotations

import pytest

from stackduck.errors import ProgrammingError
from stackduck.sql.inspecting import looking, signs
from stackduck.sql.inspecting.looking import Describe, Look, Purge, Show, ShowAuth, ShowFacts, ShowInsert, ShowVersion
from stackduck.sql.statements import split

PROVIDERS = ("github", "okta")
SEATS = ("github", "copilot", "org_seats")


def read(text: str, *tables: str) -> Look | None:
    (statement,) = split(text)
    return looking.read(statement, PROVIDERS, is_table=lambda name: ".".join(name) in tables)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("SHOW SERVICES", "SHOW SERVICES needs a provider; write SHOW SERVICES IN github"),
        ("SHOW EXTENDED RESOURCES", "needs a service; write SHOW RESOURCES IN github.<service>"),
        ("SHOW METHODS", "needs a resource; write SHOW METHODS IN github.<service>.<resource>"),
        ("SHOW METHODS IN", "needs a resource; write SHOW METHODS IN github.<service>.<resource>"),
        ("SHOW METHODS github.copilot.org_seats", "needs a resource"),
        ("SHOW SERVICES IN github org", "SHOW SERVICES cannot read 'org'; LIKE"),
        ("SHOW PROVIDERS IN github", "SHOW PROVIDERS cannot read 'IN'"),
        ("SHOW METHOD IN github.copilot.org_seats", "no SHOW METHOD; did you mean 'SHOW METHODS'?"),
        ("SHOW service FROM github", "no SHOW SERVICE; did you mean 'SHOW SERVICES'?"),
        ("SHOW EXTENDED zzz", "no SHOW ZZZ; there are SHOW PROVIDERS, SHOW SERVICES"),
        ("SHOW EXTENDED everything", "no SHOW EVERYTHING"),
        ("SHOW INSERT INTO org_seats", "SHOW INSERT needs a resource"),
        ("SHOW INSERT INTO github.copilot.org_seats VALUES", "does not take 'VALUES'"),
        ("SHOW VERSION 2", "SHOW VERSION does not take '2'"),
        ("SHOW AUTH", "SHOW AUTH needs a provider; write SHOW AUTH github"),
        ("SHOW AUTH github.copilot", "SHOW AUTH needs a provider"),
        ("DESCRIBE EXTENDED github.copilot.org_seats now", "DESCRIBE does not take 'now'"),
        ("PURGE everything", "no PURGE EVERYTHING; there are CACHE, CONSERVATIVE"),
        ("PURGE cach", "no PURGE CACH; did you mean 'cache'?"),
    ],
)
def test_what_is_not_complete_says_what_to_add(text: str, told: str) -> None:
    with pytest.raises(ProgrammingError) as raised:
        read(text)
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("look", "meant", "told"),
    [
        (Show("resources", ("github",)), (), "SHOW RESOURCES IN github.<service>; SHOW SERVICES IN github lists"),
        (Show("resources", ("seats",)), (), "seats is no service; write SHOW RESOURCES IN <provider>.<service>"),
        (Show("methods", ("github", "copilot")), (), "; SHOW RESOURCES IN github.copilot lists what is there"),
        (Show("services", ("github", "copilot")), (), "github.copilot is no provider; write SHOW SERVICES IN github"),
        (Show("methods", ("org_seats",)), ("a.b.org_seats",), "did you mean SHOW METHODS IN a.b.org_seats?"),
        (Describe(("GitHub",)), (), "GitHub is no resource; write DESCRIBE GitHub.<service>.<resource>; SHOW SERVICES"),
        (Describe((*SEATS, "list")), (), ", or DESCRIBE METHOD github.copilot.org_seats.list"),
        (Describe(SEATS, is_method=True), (), "; SHOW METHODS IN github.copilot.org_seats lists what is there"),
    ],
)
def test_a_wrong_place_is_corrected(look: Show | Describe, meant: tuple[str, ...], told: str) -> None:
    assert told in str(looking.wrong_place(look, meant, providers=PROVIDERS))


@pytest.mark.parametrize(
    "text",
    [
        *("SHOW TABLES", "SHOW ALL TABLES", "SHOW TABLES FROM memory", "SHOW DATABASES", "SHOW t", "SHOW a.b", "SHOW"),
        *("DESCRIBE", "DESCRIBE t", "DESC a.b.c", "DESCRIBE SELECT 1", "DESCRIBE extended", "DESCRIBE method"),
        *(
            "DESCRIBE extended.t",
            "DESCRIBE SELECT * FROM github.copilot.org_seats",
            "SUMMARIZE github.copilot.org_seats",
        ),
        *("SELECT 'SHOW PROVIDERS'", "(SHOW PROVIDERS)", "EXPLAIN SELECT 1", '"SHOW" PROVIDERS'),
    ],
)
def test_duckdbs_own_statements_stay_its_own(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("SHOW services", "services"),
        ("SHOW Version", "Version"),
        ("SHOW auth", "auth"),
        ("DESCRIBE github", "github"),
        ("DESCRIBE github.copilot", "github.copilot"),
    ],
)
def test_a_table_of_that_name_goes_first(text: str, table: str) -> None:
    assert read(text, table) is None


@pytest.mark.parametrize(
    ("text", "look"),
    [
        ("SHOW PROVIDERS", Show("providers")),
        ("show extended providers;", Show("providers", is_extended=True)),
        ("SHOW SERVICES IN github", Show("services", ("github",))),
        ('Show Services From "GitHub";', Show("services", ("GitHub",))),
        ("SHOW RESOURCES IN `github`.copilot", Show("resources", ("github", "copilot"))),
        (
            'SHOW METHODS IN google.container."projects.zones"',
            Show("methods", ("google", "container", "projects.zones")),
        ),
        ("SHOW /*+ x */ METHODS -- of\nIN github.copilot.org_seats -- all", Show("methods", SEATS)),
        ("SHOW METHODS IN org_seats", Show("methods", ("org_seats",))),
        ("SHOW SERVICES IN github LIKE '%o%'", Show("services", ("github",), like="LIKE '%o%'")),
        ("SHOW SERVICES IN github not  ilike $p", Show("services", ("github",), like="not  ilike $p")),
        (
            "SHOW METHODS IN a.b.c LIKE 'x' ESCAPE '!' WHERE (SQLVerb = 'EXEC') ORDER BY 1 LIMIT 2",
            Show(
                "methods", ("a", "b", "c"), False, "LIKE 'x' ESCAPE '!'", "WHERE (SQLVerb = 'EXEC') ORDER BY 1 LIMIT 2"
            ),
        ),
        ("DESCRIBE github.copilot.org_seats", Describe(SEATS)),
        ("desc extended GITHUB.copilot.org_seats", Describe(("GITHUB", "copilot", "org_seats"), True)),
        ("DESCRIBE github", Describe(("github",))),
        ("DESCRIBE EXTENDED seats", Describe(("seats",), True)),
        ("SHOW github.copilot.org_seats", Describe(SEATS)),
        ("DESCRIBE METHOD github.copilot.org_seats.list", Describe((*SEATS, "list"), is_method=True)),
        ("DESCRIBE METHOD EXTENDED a.b.c.d", Describe(("a", "b", "c", "d"), True, True)),
        ("DESCRIBE EXTENDED METHOD a.b.c.d", Describe(("a", "b", "c", "d"), True, True)),
        ("SHOW INSERT INTO github.copilot.org_seats", ShowInsert(SEATS)),
        ("SHOW EXTENDED INSERT INTO github.copilot.org_seats", ShowInsert(SEATS, True)),
        ("SHOW INSERT /*+ REQUIRED */ INTO github.copilot.org_seats", ShowInsert(SEATS, is_required_only=True)),
        ("SHOW INSERT INTO github.copilot.org_seats (a, `b`)", ShowInsert(SEATS, columns=("a", "b"))),
        ("show version", ShowVersion()),
        ("SHOW EXTENDED VERSION", ShowVersion(True)),
        ("SHOW AUTH IN okta", ShowAuth("okta")),
        ('SHOW TABLES FROM "StackDuck"', ShowFacts()),
        ("show tables in stackduck;", ShowFacts()),
        ("PURGE", Purge()),
        ("purge Cache;", Purge("cache")),
    ],
)
def test_what_a_statement_looks_at(text: str, look: Look) -> None:
    assert read(text) == look


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("SELECT * FROM stackduck.methods", True),
        ('FROM "StackDuck"."methods"', True),
        ("FROM (SHOW TABLES)", True),
        ("FROM (DESC github.copilot.org_seats)", True),
        ("SELECT 'stackduck.methods'", False),
        ("SELECT stackduck FROM t", False),
        ("SHOW TABLES", False),
    ],
)
def test_which_statements_may_read_facts(text: str, may: bool) -> None:
    (statement,) = split(text)
    assert signs.may_read_facts(statement) is may

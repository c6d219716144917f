-- A star gives the documented fields, never the parameters; these can be named. Columns follow the calls.

SELECT * FROM made.up.days WHERE org = 'a' AND day = '2026-01-01'
--> days(org=a, day=2026-01-01)
--> columns: id, name, n

SELECT *, org, day FROM made.up.days WHERE org = 'a' AND day = '2026-01-01'
--> days(org=a, day=2026-01-01)
--> columns: id, name, n, org, day

SELECT d.* FROM made.up.days d JOIN loc ON loc.n = d.n WHERE d.org = 'a' AND d.day = '2026-01-01'
--> days(org=a, day=2026-01-01)
--> columns: id, name, n

SELECT * FROM made.up.things t JOIN other ON other.n = t.n WHERE t.org = 'a'
--> things(org=a)
--> columns: id, name, n, k, n, team

SELECT * FROM made.up.things t JOIN made.up.twofold u USING (org) WHERE org = 'a'
--> things(org=a)
--> twofold(org=a)
--> columns: id, name, n, id, name, n

SELECT * FROM made.up.things t JOIN loc USING (org) WHERE org = 'a'
--> things(org=a)
--> columns: id, name, n, name, n, day

SELECT * FROM made.up.things t SEMI JOIN made.up.twofold u ON t.n = u.n AND u.org = 'b' WHERE t.org = 'a'
--> things(org=a)
--> twofold(org=b)
--> columns: id, name, n

SELECT * EXCLUDE (name) FROM made.up.things WHERE org = 'a'
--> things(org=a)
--> columns: id, n

SELECT * EXCLUDE name FROM made.up.things WHERE org = 'a'
--> things(org=a)
--> columns: id, n

SELECT * EXCLUDE (org) FROM made.up.things WHERE org = 'a'
--> things(org=a)
--> columns: id, name, n

SELECT t.* EXCLUDE (t.name), t.org FROM made.up.things t WHERE t.org = 'a'
--> things(org=a)
--> columns: id, n, org

SELECT * REPLACE (1 AS n) FROM made.up.things WHERE org = 'a'
--> things(org=a)
--> columns: id, name, n

SELECT * EXCLUDE (id) REPLACE (1 AS n) FROM made.up.things WHERE org = 'a'
--> things(org=a)
--> columns: name, n

SELECT * RENAME (name AS label) FROM made.up.things WHERE org = 'a'
--> things(org=a)
--> columns: id, label, n

SELECT COLUMNS(*) FROM made.up.things WHERE org = 'a'
--> things(org=a)
--> columns: id, name, n

SELECT COLUMNS('n.*') FROM made.up.things WHERE org = 'a'
--> things(org=a)
--> columns: name, n

SELECT COLUMNS('o.*') FROM made.up.things WHERE org = 'a'
--> NotSupportedError: COLUMNS() with a pattern

SELECT COLUMNS(c -> c LIKE 'n%') FROM made.up.things WHERE org = 'a'
--> Error: 

SELECT * LIKE 'n%' FROM made.up.things WHERE org = 'a'
--> things(org=a)
--> columns: name, n

FROM made.up.things WHERE org = 'a'
--> things(org=a)
--> columns: id, name, n

FROM made.up.things t JOIN other ON other.n = t.n WHERE t.org = 'a'
--> things(org=a)
--> columns: id, name, n, k, n, team

SELECT t FROM made.up.things t WHERE org = 'a'
--> NotSupportedError: t as a whole row cannot be read from a provider table; name its columns

SELECT #2 FROM made.up.things t WHERE org = 'a'
--> NotSupportedError: #

SELECT count(*), count(t.*) FROM made.up.things t WHERE org = 'a'
--> things(org=a)

-- through plain subqueries and CTEs a parameter that is named outside is kept, and only there
SELECT * FROM (SELECT * FROM made.up.things) WHERE org = 'a'
--> things(org=a)
--> columns: id, name, n

SELECT id, org FROM (SELECT * FROM made.up.things WHERE org = 'a')
--> things(org=a)
--> columns: id, org

WITH t AS (SELECT * FROM made.up.things), u AS (SELECT * FROM t) SELECT * FROM u WHERE org = 'a'
--> things(org=a)
--> columns: id, name, n

WITH t AS (SELECT * FROM made.up.things) SELECT * FROM t WHERE org = 'a' UNION ALL SELECT * FROM t WHERE org = 'b'
--> things(org=a)
--> things(org=b)
--> columns: id, name, n

SELECT * FROM made.up.things WHERE org = 'a' UNION ALL SELECT * FROM made.up.twofold WHERE org = 'b'
--> things(org=a)
--> twofold(org=b)
--> columns: id, name, n

SELECT * FROM (SELECT * FROM made.up.things UNION ALL SELECT * FROM made.up.things) WHERE org = 'a'
--> things(org=a)
--> columns: id, name, n

SELECT * FROM (SELECT *, org AS o FROM made.up.things) WHERE o = 'a'
--> things(org=a)
--> columns: id, name, n, o

-- DISTINCT counts the documented fields
SELECT DISTINCT * FROM made.up.things WHERE org IN ('a', 'b')
--> things(org=a)
--> things(org=b)
--> columns: id, name, n

SELECT * FROM made.up.shared WHERE org = 'a' AND role = 'all'
--> shared(org=a, role=all)
--> columns: id, name, n, role

SELECT * FROM made.up.things AS t(a, b) WHERE org = 'a'
--> things(org=a)
--> columns: a, b, n

SELECT * FROM made.up.things AS t(a, b, c, d) WHERE d = 'a'
--> Error: 

SELECT * FROM made.up.things NATURAL JOIN loc WHERE org = 'a'
--> NotSupportedError: NATURAL JOIN cannot be read from a provider table

SELECT * FROM loc WHERE n IN (FROM made.up.things SELECT n WHERE org = 'a')
--> things(org=a)
--> columns: org, name, n, day

SUMMARIZE made.up.things
--> MissingParameterError: needs org

CREATE TABLE made AS SELECT * FROM made.up.things WHERE org = 'a'
--> things(org=a)

SELECT unnest(x) FROM (SELECT {'id': id, 'org': org} AS x FROM made.up.things WHERE org = 'a')
--> things(org=a)
--> columns: id, org

-- Where in a statement a condition may stand, and where one may not be carried.

-- beside the table, under an alias
SELECT t.id FROM made.up.things AS t WHERE t.org = 'a'
--> things(org=a)

SELECT T.ID FROM MADE.UP."things" T WHERE t."ORG" = 'a'
--> things(org=a)

SELECT made.up.things.id FROM made.up.things WHERE made.up.things.org = 'a'
--> things(org=a)

SELECT id, org AS o FROM made.up.things WHERE o = 'a'
--> things(org=a)

-- a column beats an alias of the same name
SELECT id, 'b' AS org FROM made.up.things WHERE org = 'a'
--> things(org=a)

FROM made.up.things WHERE org = 'a'
--> things(org=a)

FROM made.up.things SELECT id WHERE org = 'a'
--> things(org=a)

SELECT x: id FROM made.up.things WHERE org = 'a'
--> things(org=a)

-- a subquery whose name stands within parentheses
SELECT b.id FROM ((SELECT id, org FROM made.up.things) AS b) WHERE b.org = 'a'
--> things(org=a)

-- joins
SELECT t.id FROM made.up.things t JOIN loc l ON l.n = t.n AND t.org = 'a'
--> things(org=a)

SELECT t.id FROM made.up.things t, loc l WHERE l.n = t.n AND t.org = 'a'
--> things(org=a)

SELECT t.id FROM made.up.things t JOIN made.up.twofold u ON t.org = u.org WHERE t.org = 'a'
--> things(org=a)
--> twofold(org=a)

SELECT t.id FROM made.up.things t JOIN made.up.twofold u USING (org) WHERE org = 'a'
--> things(org=a)
--> twofold(org=a)

SELECT t.id FROM made.up.things t LEFT JOIN made.up.things u ON u.org = t.org WHERE t.org = 'a'
--> things(org=a)

SELECT t.id FROM made.up.things t LEFT JOIN made.up.things u ON u.org = 'b' WHERE t.org = 'a'
--> things(org=a)
--> things(org=b)

SELECT t.id FROM made.up.things t LEFT JOIN made.up.things u ON t.n = u.n WHERE t.org = 'a' AND u.org = 'b'
--> things(org=a)
--> things(org=b)

-- ON of an outer join says nothing of the side whose rows all stay
SELECT t.id FROM made.up.things t LEFT JOIN loc l ON t.org = 'a'
--> MissingParameterError: needs org

SELECT t.id FROM loc l RIGHT JOIN made.up.things t ON t.org = 'a'
--> MissingParameterError: needs org

SELECT t.id FROM loc l FULL JOIN made.up.things t ON t.org = 'a'
--> MissingParameterError: needs org

SELECT t.id FROM loc l LEFT JOIN made.up.things t ON true WHERE t.org = 'a' OR t.org IS NULL
--> MissingParameterError: needs org

SELECT l.n FROM loc l LEFT JOIN made.up.things t ON t.org = l.org WHERE t.org IS NULL
--> things(org from l.org)

-- within a row NULL equals NULL, so that this keeps rows of loc without a partner
SELECT l.n FROM loc l LEFT JOIN made.up.days t ON t.org = l.org WHERE (t.org, t.day) IN (('a', NULL))
--> MissingParameterError: needs day

SELECT t.id FROM made.up.things t SEMI JOIN made.up.things u ON t.n = u.n AND u.org = 'b' WHERE t.org = 'a'
--> things(org=a)
--> things(org=b)

SELECT t.id FROM made.up.things t ANTI JOIN made.up.things u ON t.n = u.n AND u.org = 'b' WHERE t.org = 'a'
--> things(org=a)
--> things(org=b)

SELECT t.id FROM made.up.things t ANTI JOIN made.up.things u ON t.org = 'a' AND u.org = 'b'
--> MissingParameterError: needs org

SELECT t.id FROM made.up.things t ASOF JOIN made.up.things u ON t.n >= u.n AND u.org = 'b' WHERE t.org = 'a'
--> things(org=a)
--> things(org=b)

SELECT t.id FROM made.up.things t ASOF JOIN made.up.things u ON t.n >= u.n WHERE t.org = 'a' AND u.org = 'b'
--> MissingParameterError: needs org

SELECT t.id FROM made.up.things t POSITIONAL JOIN made.up.things u WHERE t.org = 'a' AND u.org = 'b'
--> MissingParameterError: needs org

SELECT s.id FROM (made.up.things s JOIN made.up.twofold d ON s.org = d.org) WHERE s.org = 'a'
--> things(org=a)
--> twofold(org=a)

SELECT t.id FROM loc JOIN made.up.things t LEFT JOIN made.up.twofold u ON u.org = 'b' ON t.n = loc.n AND t.org = 'a'
--> things(org=a)
--> twofold(org=b)

-- outside a subquery or a CTE
SELECT id FROM (SELECT * FROM made.up.things) AS q WHERE q.org = 'a'
--> things(org=a)

SELECT e FROM (SELECT org AS e, count(*) AS n FROM made.up.things GROUP BY org) WHERE e = 'a'
--> things(org=a)

SELECT o FROM (SELECT org AS o FROM made.up.things) AS q(o) WHERE o = 'a'
--> things(org=a)

WITH t AS (SELECT id, org FROM made.up.things) SELECT id FROM t WHERE org = 'a'
--> things(org=a)

WITH t(i, o) AS (SELECT id, org FROM made.up.things) SELECT i FROM t WHERE o = 'a'
--> things(org=a)

-- a CTE used twice needs the values of each use
WITH t AS (SELECT id, org FROM made.up.things) SELECT id FROM t WHERE org = 'a' UNION ALL SELECT id FROM t WHERE org = 'b'
--> things(org=a)
--> things(org=b)

WITH t AS (SELECT id, org FROM made.up.things) SELECT x.id FROM t AS x LEFT JOIN t AS y ON x.id = y.id AND y.org = 'b' WHERE x.org = 'a'
--> things(org=a)
--> things(org=b)

WITH t AS (SELECT id, org FROM made.up.things) SELECT id FROM t WHERE org = 'a' UNION ALL SELECT id FROM t
--> MissingParameterError: needs org

WITH t AS (SELECT id, org FROM made.up.things) SELECT id FROM t WHERE org = 'a' AND id > (SELECT max(id) FROM t)
--> MissingParameterError: needs org

-- nobody reads it
WITH unused AS (SELECT * FROM made.up.things) SELECT 1 AS one FROM loc
--> nothing

-- UNION, EXCEPT, INTERSECT
SELECT org FROM (SELECT org FROM made.up.things UNION ALL SELECT org FROM made.up.twofold) WHERE org = 'a'
--> things(org=a)
--> twofold(org=a)

SELECT k FROM (SELECT org AS k, name FROM made.up.things EXCEPT SELECT name, org FROM made.up.twofold WHERE org = 'b') WHERE k = 'a'
--> things(org=a)
--> twofold(org=b)

-- beside text, numbers are compared as text
SELECT page FROM (SELECT page FROM made.up.paged WHERE org = 'a' UNION ALL SELECT name FROM loc) WHERE page BETWEEN '5' AND '9'
--> ProgrammingError: page is a parameter

-- above DISTINCT ON, LIMIT, a window, an aggregate or a sample a condition comes too late
SELECT id FROM (SELECT id, org FROM made.up.things LIMIT 3) WHERE org = 'a'
--> MissingParameterError: needs org

SELECT id FROM (SELECT id, org FROM made.up.things OFFSET 3) WHERE org = 'a'
--> MissingParameterError: needs org

SELECT id FROM (SELECT DISTINCT ON (name) id, org FROM made.up.things) WHERE org = 'a'
--> MissingParameterError: needs org

SELECT id FROM (SELECT DISTINCT ON (name) id, org FROM made.up.things WHERE org = lower('A')) WHERE org = 'a'
--> things(org=a)

SELECT DISTINCT ON (name) id, org FROM made.up.things WHERE org = lower('A') ORDER BY name, id
--> things(org=a)

SELECT id, r FROM (SELECT id, org, row_number() OVER (ORDER BY id) AS r FROM made.up.things) WHERE org = 'a'
--> MissingParameterError: needs org

SELECT id, r FROM (SELECT id, org, row_number() OVER (PARTITION BY org ORDER BY id) AS r FROM made.up.things) WHERE org = 'a'
--> things(org=a)

SELECT org, r FROM (SELECT org, rank() OVER w AS r FROM made.up.things WINDOW w AS (ORDER BY id)) WHERE org = 'a'
--> MissingParameterError: needs org

SELECT o FROM (SELECT max(org) AS o FROM made.up.things) WHERE o = 'a'
--> MissingParameterError: needs org

SELECT o FROM (SELECT org AS o, count(*) FROM made.up.things GROUP BY ROLLUP (org)) WHERE o = 'a'
--> MissingParameterError: needs org

SELECT id FROM made.up.things TABLESAMPLE 50% WHERE org = 'a'
--> MissingParameterError: needs org

SELECT id FROM made.up.things WHERE org = 'a' USING SAMPLE 5
--> MissingParameterError: needs org

SELECT id FROM made.up.things WHERE org = 'a' QUALIFY row_number() OVER (ORDER BY id) = 1
--> things(org=a)

SELECT id FROM made.up.things QUALIFY row_number() OVER (ORDER BY id) = 1 AND org = 'a'
--> MissingParameterError: needs org

SELECT org, count(*) FROM made.up.things GROUP BY org HAVING org = 'a'
--> things(org=a)

SELECT org, count(*) FROM made.up.things GROUP BY ALL HAVING org = 'a'
--> things(org=a)

-- subqueries
SELECT n FROM loc WHERE n IN (SELECT n FROM made.up.things WHERE org = 'a')
--> things(org=a)

SELECT n FROM loc WHERE NOT EXISTS (SELECT 1 FROM made.up.things t WHERE t.n = loc.n AND t.org = 'a')
--> things(org=a)

SELECT (SELECT max(n) FROM made.up.things t WHERE t.org = 'a' AND t.name = loc.name) FROM loc
--> things(org=a)

SELECT id FROM made.up.things WHERE org = 'a' AND n > (SELECT max(n) FROM made.up.things WHERE org = 'b')
--> things(org=a)
--> things(org=b)

SELECT z.id FROM loc, LATERAL (SELECT t.id FROM made.up.things t WHERE t.org = 'a' AND t.n = loc.n) AS z
--> things(org=a)

-- from data, more of which is in feeds.sql
SELECT t.id FROM loc JOIN made.up.things t ON t.org = loc.org
--> things(org from loc.org)

-- the same table twice
SELECT t.id FROM made.up.things t, made.up.things u WHERE t.org = 'a' AND u.org = 'b'
--> things(org=a)
--> things(org=b)

SELECT t.id FROM made.up.things t, made.up.things u WHERE t.org = 'a' AND u.org = 'a'
--> things(org=a)

-- beside local tables, views, functions and files
SELECT t.id FROM made.up.things t JOIN local_view v ON v.org = t.org WHERE t.org = 'a'
--> things(org=a)

SELECT t.id FROM made.up.things t, range(3) AS r(i) WHERE t.org = 'a' AND r.i = t.n
--> things(org=a)

SELECT t.id, u.c FROM made.up.things t, unnest(['a', 'b']) AS u(c) WHERE t.org = 'a'
--> things(org=a)

SELECT org, id FROM made.up.things JOIN (VALUES ('a', 1)) AS v(k, w) ON v.k = org WHERE org = 'a'
--> things(org=a)

WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r WHERE i < 3) SELECT id FROM r, made.up.things t WHERE t.n = i AND t.org = 'a'
--> things(org=a)

WITH RECURSIVE r AS (SELECT id, org FROM made.up.things UNION SELECT id + 1, org FROM r WHERE id < 3) SELECT id FROM r WHERE org = 'a'
--> MissingParameterError: needs org

WITH RECURSIVE r AS (SELECT id, org FROM made.up.things WHERE org = 'a' UNION SELECT id + 1, org FROM r WHERE id < 3) SELECT id FROM r WHERE org = 'a'
--> things(org=a)

-- other statements
CREATE TABLE made AS SELECT id FROM made.up.things WHERE org = lower('A')
--> things(org=a)

CREATE OR REPLACE TEMP TABLE made AS (FROM made.up.things WHERE org = 'a')
--> things(org=a)

INSERT INTO loc (org) SELECT name FROM made.up.things WHERE org = 'a'
--> things(org=a)

COPY (SELECT id FROM made.up.things WHERE org = 'a') TO '/nowhere/x.csv'
--> things(org=a)

UPDATE loc SET name = (SELECT max(name) FROM made.up.things WHERE org = 'a')
--> things(org=a)

DELETE FROM loc WHERE n IN (SELECT n FROM made.up.things WHERE org = 'a')
--> things(org=a)

SUMMARIZE SELECT id FROM made.up.things WHERE org = 'a'
--> things(org=a)

PIVOT (SELECT name, n FROM made.up.things WHERE org = 'a') ON name USING count(*)
--> things(org=a)

INSERT INTO made.up.things (name) VALUES ('x')
--> NotSupportedError: made.up.things is only read here; insert needs a local table

UPDATE loc SET name = t.name FROM made.up.things t WHERE t.org = 'a' AND t.n = loc.n
--> things(org=a)

UPDATE loc SET name = t.name FROM made.up.shared t WHERE t.org = 'a' AND t.role = 'all' AND t.n = loc.n
--> NotSupportedError: stackduck cannot read this statement well enough to tell the parameter role from the field

MERGE INTO loc USING (SELECT n, name FROM made.up.things WHERE org = 'a') AS t ON t.n = loc.n WHEN MATCHED THEN UPDATE SET name = t.name
--> things(org=a)

DELETE FROM made.up.things WHERE org = 'a'
--> NotSupportedError: made.up.things is only read here

UPDATE made.up.things SET name = 'x'
--> NotSupportedError: made.up.things is only read here

-- what sqlglot cannot read DuckDB can
SELECT id, 5! AS f FROM made.up.things WHERE org = 'a'
--> things(org=a)

SELECT id FROM made.up.things AS t WHERE t.org = 'a' AND t.id <> 3!
--> things(org=a)

-- a parameter has no position among the columns
SELECT r3 FROM made.up.things AS r(r0, r1, r2, r3) WHERE r3 = 'a'
--> NotSupportedError: r names 4 columns, and made.up.things has 3 fields; parameters are columns by their own names alone

SELECT r2 FROM made.up.things AS r(r0, r1, r2) WHERE org = 'a'
--> things(org=a)

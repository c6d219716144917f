-- Which conditions let data give a parameter its values. After each statement: its calls, in their order, or the error.

-- what cannot feed

SELECT t.id FROM made.up.things t LEFT JOIN loc l ON l.org = t.org
--> MissingParameterError: made.up.things needs org

SELECT t.id FROM made.up.things t FULL JOIN loc l ON l.org = t.org
--> MissingParameterError: made.up.things needs org

SELECT t.id FROM made.up.things t, loc l WHERE t.org = l.org OR l.n = 1
--> MissingParameterError: made.up.things needs org

SELECT t.id FROM made.up.things t, loc l WHERE NOT t.org <> l.org
--> MissingParameterError: made.up.things needs org

SELECT t.id FROM made.up.things t, loc l WHERE lower(t.org) = l.org
--> MissingParameterError: made.up.things needs org

SELECT t.id FROM made.up.things t, loc l WHERE t.org > l.org
--> MissingParameterError: made.up.things needs org

SELECT t.id FROM made.up.things t WHERE t.org = t.name
--> MissingParameterError: made.up.things needs org

SELECT t.id FROM made.up.things t WHERE t.org NOT IN (SELECT org FROM loc)
--> MissingParameterError: made.up.things needs org

SELECT t.id FROM made.up.things t WHERE NOT EXISTS (SELECT 1 FROM loc WHERE loc.org = t.org)
--> MissingParameterError: made.up.things needs org

-- a name without a value that stays the same
SELECT t.id FROM made.up.things t JOIN loc l ON t.org = l.org || CASE WHEN random() > 0.5 THEN 'x' ELSE '' END
--> MissingParameterError: made.up.things needs org

SELECT t.id FROM made.up.things t JOIN loc l ON t.org = CASE WHEN coin() THEN l.org ELSE 'a' END
--> MissingParameterError: made.up.things needs org

SELECT t.id FROM loc l TABLESAMPLE 50%, made.up.things t WHERE t.org = l.org
--> MissingParameterError: made.up.things needs org

-- NULLs of an outer join that a function may turn into a value
SELECT t.id FROM loc l RIGHT JOIN other o ON o.k = l.org JOIN made.up.things t ON t.org = coalesce(l.org, 'a')
--> MissingParameterError: made.up.things needs org

-- rows in which NULL may equal NULL
SELECT l.n FROM loc l LEFT JOIN made.up.things t ON t.org = 'b' AND l.n = 1 WHERE (t.org, 1) IN (SELECT k, 1 FROM other)
--> things(org=b)

SELECT l.n FROM loc l LEFT JOIN made.up.things t ON true WHERE (t.org, 1) IN (SELECT k, 1 FROM other)
--> MissingParameterError: made.up.things needs org

-- circles

SELECT a.id FROM made.up.things a JOIN made.up.things b ON a.org = b.org
--> MissingParameterError: tables feed each other in a circle; a (made.up.things) takes org from b (made.up.things); b (made.up.things) takes org from a (made.up.things); such as org = '<slug>'

SELECT a.id FROM made.up.things a JOIN made.up.twofold b ON a.org = b.name AND b.org = a.name
--> MissingParameterError: tables feed each other in a circle; a (made.up.things) takes org from b (made.up.twofold)

WITH c AS (SELECT org, name FROM made.up.things) SELECT 1 FROM c a JOIN c b ON a.org = b.name
--> MissingParameterError: made.up.things needs org

WITH RECURSIVE r AS (SELECT 'a' AS org, 1 AS n UNION SELECT t.name, 2 FROM r JOIN made.up.things t ON t.org = r.org) SELECT org FROM r
--> MissingParameterError: made.up.things needs org

-- joins: ON, USING and WHERE, either side

SELECT t.id FROM loc l JOIN made.up.things t ON t.org = l.org
--> things(org from l.org)

SELECT t.id FROM made.up.things t JOIN loc l ON l.org = t.org
--> things(org from l.org)

SELECT t.id FROM loc JOIN made.up.things t USING (org)
--> things(org from loc.org)

SELECT t.id FROM made.up.things t JOIN loc USING (org)
--> things(org from loc.org)

SELECT t.id FROM loc l, made.up.things t WHERE l.org = t.org AND l.n > 0
--> things(org from l.org)

SELECT l.n, t.id FROM loc l LEFT JOIN made.up.things t ON t.org = l.org
--> things(org from l.org)

SELECT t.id FROM made.up.things t RIGHT JOIN loc l ON t.org = l.org
--> things(org from l.org)

SELECT l.n FROM loc l SEMI JOIN made.up.things t ON t.org = l.org
--> things(org from l.org)

SELECT l.n FROM loc l ANTI JOIN made.up.things t ON t.org = l.org
--> things(org from l.org)

SELECT t.id FROM loc l JOIN made.up.things t ON t.org = l.org OR t.org = l.name
--> things(org from l.org)
--> things(org from l.name)

SELECT t.id FROM loc l JOIN made.up.things t ON t.org = l.org OR t.org = 'c'
--> things(org=c)
--> things(org from l.org)

-- expressions

SELECT t.id FROM loc l JOIN made.up.things t ON t.org = lower(l.org) || '-x'
--> things(org from lower(l.org) || '-x')

SELECT t.id FROM loc l LEFT JOIN other o ON o.n = l.n JOIN made.up.things t ON t.org = coalesce(o.k, l.org)
--> things(org from coalesce(o.k, l.org))

SELECT t.id FROM (SELECT {'login': org} AS who FROM loc) l JOIN made.up.things t ON t.org = l.who.login
--> things(org from l.who.login)

-- sources of every kind

SELECT t.id FROM (VALUES ('a'), ('b')) v(x) JOIN made.up.things t ON t.org = v.x
--> things(org from v.x)

SELECT t.id FROM unnest(['a', 'b']) AS u(x) JOIN made.up.things t ON t.org = u.x
--> things(org from u.x)

SELECT t.id FROM (SELECT ['a', 'b'] AS orgs) l, unnest(l.orgs) AS u(x), made.up.things t WHERE t.org = u.x
--> things(org from u.x)

SELECT p.id FROM generate_series(1, 3) AS g(n) JOIN made.up.paged p ON p.page = g.n WHERE p.org = 'a'
--> paged(org=a, page from g.n)

SELECT d.id FROM range(DATE '2026-01-01', DATE '2026-01-04', INTERVAL 1 DAY) AS r(d) JOIN made.up.days d ON d.day = r.d AND d.org = 'a'
--> days(org=a, day from r.d)

WITH l AS (SELECT org FROM loc WHERE n > 0) SELECT t.id FROM l JOIN made.up.things t ON t.org = l.org
--> things(org from l.org)

WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT p.id FROM r, made.up.paged p WHERE p.org = 'a' AND p.page = r.n
--> paged(org=a, page from r.n)

SELECT id FROM made.up.things WHERE org IN (SELECT org FROM loc)
--> things(org from (SELECT org FROM loc))

SELECT id FROM made.up.things WHERE org = ANY(SELECT org FROM loc)
--> things(org from (SELECT org FROM loc))

SELECT id FROM made.up.things WHERE org = (SELECT max(org) FROM loc)
--> things(org from (SELECT max(org) FROM loc))

SELECT id FROM made.up.things WHERE org IN (VALUES ('a'), ('b'))
--> things(org from (VALUES ('a'), ('b')))

SELECT id FROM made.up.things t WHERE EXISTS (SELECT 1 FROM loc l WHERE l.org = t.org AND l.n > 0)
--> things(org from l.org)

SELECT id FROM made.up.days d WHERE org IN (SELECT l.org FROM loc l WHERE l.day = d.day)
--> days(org from l.org, day from l.day)

-- pairs stay pairs

SELECT d.id FROM loc l JOIN made.up.days d ON d.org = l.org AND d.day = l.day
--> days(org from l.org, day from l.day)

SELECT id FROM made.up.days WHERE (org, day) IN (SELECT org, day FROM loc)
--> days(org from (SELECT org, day FROM loc), day from (SELECT org, day FROM loc))

SELECT d.id FROM loc l JOIN made.up.days d ON (d.org, d.day) = (l.org, l.day)
--> days(org from l.org, day from l.day)

SELECT d.id FROM loc l JOIN made.up.days d ON d.day = l.day AND d.org = l.org WHERE d.org IN ('a', 'b')
--> days(day from l.day, org from l.org)

SELECT d.id FROM loc l JOIN made.up.days d ON d.day = l.day WHERE d.org IN ('a', 'b')
--> days(org=a|b, day from l.day)

-- chains, and what is written goes first

SELECT u.id FROM loc l JOIN made.up.things t ON t.org = l.org JOIN made.up.twofold u ON u.org = t.name AND u.team = 'x'
--> things(org from l.org)
--> twofold(team=x, org from t.name of made.up.things)

SELECT u.id FROM made.up.twofold u, made.up.things t, loc l WHERE u.team = 'x' AND t.org = l.org AND u.org = t.org
--> things(org from l.org)
--> twofold(team=x, org from t.org of made.up.things)

SELECT a.id FROM made.up.things a JOIN made.up.things b ON a.org = b.org JOIN loc l ON b.org = l.org
--> things(org from l.org)
--> things(org from b.org of made.up.things)

SELECT t.id FROM loc l JOIN made.up.things t ON t.org = l.org WHERE t.org IN ('a', 'b')
--> things(org=a)
--> things(org=b)

-- a method with more parameters goes first when data gives them
SELECT u.id FROM loc l JOIN made.up.twofold u ON u.org = l.org AND u.team = l.name
--> twofold(org from l.org, team from l.name)

-- the fed table within a query of its own

SELECT d.id FROM loc l JOIN (SELECT org AS o, id FROM made.up.things) d ON d.o = l.org
--> things(org from l.org)

WITH d AS (SELECT org, count(*) AS n FROM made.up.things GROUP BY org) SELECT d.n FROM d JOIN loc l USING (org)
--> things(org from l.org)

SELECT l.n FROM loc l, LATERAL (SELECT t.id FROM made.up.things t WHERE t.org = l.org) x
--> things(org from l.org)

SELECT l.n, (SELECT count(*) FROM made.up.things t WHERE t.org = l.org) AS things FROM loc l WHERE l.n > 0
--> things(org from l.org)

SELECT id FROM (SELECT * FROM made.up.things) t WHERE t.org IN (SELECT org FROM loc)
--> things(org from (SELECT org FROM loc))

WITH c AS (SELECT id, org FROM made.up.things) SELECT a.id FROM c a JOIN loc l ON a.org = l.org UNION ALL SELECT id FROM c WHERE org = 'b'
--> things(org=b)
--> things(org from l.org)

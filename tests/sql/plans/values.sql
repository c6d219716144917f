-- Which conditions give a parameter its values. After each statement: its calls, one a line, or the error.

SELECT report_end_day FROM github.copilot.copilot_user_usage_metrics WHERE enterprise = 'octo'
--> copilot_user_usage_metrics(enterprise=octo)

SELECT report_end_day FROM github.copilot.copilot_user_usage_metrics WHERE 'octo' = enterprise
--> copilot_user_usage_metrics(enterprise=octo)

SELECT id FROM made.up.things WHERE org IN ('a', 'b', 'a')
--> things(org=a)
--> things(org=b)

SELECT id FROM made.up.things WHERE org == 'a'
--> things(org=a)

SELECT id FROM made.up.things WHERE org IS NOT DISTINCT FROM 'a'
--> things(org=a)

SELECT id FROM made.up.things WHERE org = ANY(['a', 'b'])
--> things(org=a)
--> things(org=b)

-- several lists multiply
SELECT id FROM made.up.days WHERE org IN ('a', 'b') AND day IN ('2026-01-01', '2026-01-02')
--> days(org=a, day=2026-01-01)
--> days(org=a, day=2026-01-02)
--> days(org=b, day=2026-01-01)
--> days(org=b, day=2026-01-02)

-- OR of equalities
SELECT id FROM made.up.things WHERE org = 'a' OR 'b' = org OR (org = 'a')
--> things(org=a)
--> things(org=b)

-- ORs of combinations: the calls that can match, no more
SELECT id FROM made.up.days WHERE (org = 'a' AND day = '2026-01-01') OR (org = 'b' AND day = '2026-01-02')
--> days(org=a, day=2026-01-01)
--> days(org=b, day=2026-01-02)

SELECT id FROM made.up.days WHERE (org = 'a' AND day = '2026-01-01') OR (org = 'b' AND day IN ('2026-01-01', '2026-01-02')) OR org = 'a' AND '2026-01-01' = day
--> days(org=a, day=2026-01-01)
--> days(org=b, day=2026-01-01)
--> days(org=b, day=2026-01-02)

SELECT id FROM made.up.days WHERE (org = 'a' OR org = 'b') AND (day = '2026-01-01' OR day = '2026-01-02') AND NOT (name = 'x')
--> days(org=a, day=2026-01-01)
--> days(org=a, day=2026-01-02)
--> days(org=b, day=2026-01-01)
--> days(org=b, day=2026-01-02)

SELECT id FROM made.up.days WHERE (org, day) IN (('a', '2026-01-01'), ('b', '2026-01-02'))
--> days(org=a, day=2026-01-01)
--> days(org=b, day=2026-01-02)

SELECT id FROM made.up.days WHERE (org, day) = ('a', DATE '2026-01-01')
--> days(org=a, day=2026-01-01)

-- ranges with both ends over a day
SELECT id FROM made.up.days WHERE org = 'a' AND day BETWEEN '2026-02-27' AND '2026-03-01'
--> days(org=a, day=2026-02-27)
--> days(org=a, day=2026-02-28)
--> days(org=a, day=2026-03-01)

SELECT id FROM made.up.days WHERE org = 'a' AND day > '2026-01-01' AND DATE '2026-01-04' > day
--> days(org=a, day=2026-01-02)
--> days(org=a, day=2026-01-03)

SELECT id FROM made.up.days WHERE org = 'a' AND day >= '2026-01-01' AND day IN ('2025-12-31', '2026-01-01', '2026-01-02')
--> days(org=a, day=2026-01-01)
--> days(org=a, day=2026-01-02)

SELECT id FROM made.up.days WHERE org = 'a' AND (day BETWEEN '2026-01-01' AND '2026-01-02' OR day = '2026-01-02' OR day = '2026-01-05')
--> days(org=a, day=2026-01-01)
--> days(org=a, day=2026-01-02)
--> days(org=a, day=2026-01-05)

SELECT id FROM made.up.days WHERE org = 'a' AND day >= '2026-01-01'
--> MissingParameterError: made.up.days needs day; day in the statement gives no value; AND day = '<YYYY-MM-DD>'

SELECT id FROM made.up.paged WHERE org = 'a' AND page BETWEEN 2 AND 3
--> paged(org=a, page=2)
--> paged(org=a, page=3)

-- constant expressions
SELECT id FROM made.up.things WHERE org = lower('A')
--> things(org=a)

SELECT id FROM made.up.things WHERE 'oc' || 'to' = org
--> things(org=octo)

SELECT id FROM made.up.things WHERE org IN (lower('A'), concat('b', ''))
--> things(org=a)
--> things(org=b)

SELECT id FROM made.up.things WHERE org = 'a'::VARCHAR
--> things(org=a)

SELECT id FROM made.up.things WHERE org = first_org()
--> things(org=a)

SELECT id FROM made.up.days WHERE org = 'a' AND day = DATE '2026-02-01' - 1
--> days(org=a, day=2026-01-31)

SELECT id FROM made.up.days WHERE org = 'a' AND day = '2026-02-01'::DATE + INTERVAL 1 DAY
--> days(org=a, day=2026-02-02)

SELECT id FROM made.up.days WHERE org = 'a' AND day = current_date - 2
--> days(org=a, day=<today - 2>)

SELECT id FROM made.up.days WHERE org = 'a' AND day BETWEEN current_date - 3 AND current_date - 2
--> days(org=a, day=<today - 3>)
--> days(org=a, day=<today - 2>)

SELECT id FROM made.up.days WHERE org = 'a' AND day = make_date(2026, 1, 5)
--> days(org=a, day=2026-01-05)

SELECT id FROM made.up.things WHERE (org = 'a') IS TRUE
--> things(org=a)

SELECT id FROM made.up.things WHERE NOT (org <> 'a')
--> things(org=a)

SELECT id FROM made.up.things WHERE list_contains(['a', 'b'], org)
--> things(org=a)
--> things(org=b)

SELECT id FROM made.up.paged WHERE org = 'a' AND page = 1 + 1
--> paged(org=a, page=2)

SELECT id FROM made.up.days WHERE (org, day) IN ((upper('a') || 'b', DATE '2026-01-01' - INTERVAL 1 DAY))
--> days(org=Ab, day=2025-12-31)

SELECT id FROM made.up.days WHERE org = ANY([lower('A')]) AND day > today() - 2 AND day < current_date
--> days(org=a, day=<today - 1>)

-- a moment later it is another one
SELECT id FROM made.up.things WHERE org = now()::VARCHAR
--> MissingParameterError: needs org

SELECT id FROM made.up.things WHERE org = random()::VARCHAR
--> MissingParameterError: needs org

SELECT id FROM made.up.things WHERE org = this_moment()
--> MissingParameterError: needs org

SELECT id FROM made.up.days WHERE org = 'a' AND day = now()::DATE - 1
--> days(org=a, day=<today - 1>)

-- what supplies nothing
SELECT report_end_day FROM github.copilot.copilot_user_usage_metrics WHERE enterprise > 'a'
--> MissingParameterError: github.copilot.copilot_user_usage_metrics needs enterprise; add WHERE enterprise = '<slug>'; enterprise in the statement gives no value

SELECT report_end_day FROM github.copilot.copilot_user_usage_metrics WHERE enterprise LIKE 'oct%'
--> MissingParameterError: needs enterprise

SELECT id FROM made.up.things WHERE org <> 'a'
--> MissingParameterError: needs org

SELECT id FROM made.up.things WHERE NOT org = 'a'
--> MissingParameterError: needs org

SELECT id FROM made.up.things WHERE org NOT IN ('a', 'b')
--> MissingParameterError: needs org

SELECT id FROM made.up.things WHERE org = 'a' OR name = 'x'
--> MissingParameterError: needs org

SELECT id FROM made.up.things WHERE org BETWEEN 'a' AND 'b'
--> MissingParameterError: needs org

SELECT id FROM made.up.things WHERE upper(org) = 'A'
--> MissingParameterError: needs org

SELECT id FROM made.up.things WHERE org = name
--> MissingParameterError: needs org

SELECT id FROM made.up.things WHERE org IS NOT NULL
--> MissingParameterError: needs org

SELECT id FROM made.up.things WHERE org = 'a' COLLATE NOCASE
--> MissingParameterError: needs org

SELECT id FROM made.up.days WHERE org = 'a' AND day = 'yesterday'
--> ProgrammingError: day

SELECT id FROM made.up.paged WHERE org = 'a' AND page = 'two'
--> Error: two

-- nothing equals NULL
SELECT id FROM made.up.things WHERE org = NULL
--> nothing

SELECT id FROM made.up.things WHERE org IN ('a', NULL)
--> things(org=a)

SELECT id FROM made.up.things WHERE org IN (NULL)
--> nothing

SELECT id FROM made.up.days WHERE org = 'a' AND day BETWEEN NULL AND '2026-01-01'
--> nothing

SELECT id FROM made.up.things WHERE org = 'a' AND NULL
--> nothing

-- contradictions make no call
SELECT id FROM made.up.things WHERE org = 'a' AND org = 'b'
--> nothing

SELECT id FROM made.up.things WHERE org = 'a' AND 1 = 0
--> nothing

SELECT id FROM made.up.things WHERE org = 'a' AND false
--> nothing

SELECT id FROM made.up.days WHERE org = 'a' AND day BETWEEN '2026-01-02' AND '2026-01-01'
--> nothing

SELECT id FROM made.up.things WHERE org IN ('a', 'b') AND org IN ('b', 'c')
--> things(org=b)

SELECT id FROM made.up.things WHERE org = 'A' AND org = 'a'
--> nothing

-- what only looks like a contradiction is none
SELECT id FROM made.up.things WHERE org = 'a' AND 1 = 1.0
--> things(org=a)

SELECT id FROM made.up.things t WHERE org = 'a' AND (name, n) IN ((NULL, 1))
--> things(org=a)

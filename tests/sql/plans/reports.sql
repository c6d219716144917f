-- Which days of which reports a statement reads. `latest` says that nothing is said of days; * is an end of the calendar.

SELECT user_login FROM github.copilot_usage.user_days WHERE enterprise = 'octo'
--> user_days(enterprise=octo, day=latest)

SELECT * FROM github.copilot_usage.seats WHERE org = 'a'
--> seats(org=a, day=latest)
--> columns: login, user_id, organizations, teams, seats, plan_type, last_activity_at, last_activity_editor, last_authenticated_at, created_at, pending_cancellation_date

-- the windows have days, but none that chooses
SELECT feature FROM github.copilot_usage.feature_engagement_windows WHERE org = 'a' AND report_start_day > '2026-10-01'
--> feature_engagement_windows(org=a, day=latest)

SELECT day, status FROM github.copilot_usage.report_days WHERE org = 'a' AND day BETWEEN '2026-10-01' AND '2026-10-03'
--> report_days(org=a, day=2026-10-01 to 2026-10-03)

-- the day is a column like any other, the parameters are none of a star
SELECT * FROM github.copilot_usage.user_team_days WHERE org = 'a' AND day = '2026-10-01'
--> user_team_days(org=a, day=2026-10-01)
--> columns: day, enterprise_id, organization_id, user_id, user_login, team_id, slug, extra

SELECT d, team_id FROM github.copilot_usage.user_team_days AS t(d, e) WHERE org = 'a' AND d = '2026-10-01'
--> user_team_days(org=a, day=2026-10-01)

-- comparisons
SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND day = '2026-10-01'
--> user_days(org=a, day=2026-10-01)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND DATE '2026-10-01' <= day
--> user_days(org=a, day=2026-10-01 to *)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND day >= '2026-10-01' AND day < DATE '2026-10-01' + 7
--> user_days(org=a, day=2026-10-01 to 2026-10-07)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND day <> '2026-10-01'
--> user_days(org=a, day=* to 2026-09-30 and 2026-10-02 to *)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND day IN ('2026-10-01', DATE '2026-10-03')
--> user_days(org=a, day=2026-10-01 and 2026-10-03)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND day NOT IN ('2026-10-01', '2026-10-03') AND month(day) = 10 AND year(day) = 2026
--> user_days(org=a, day=2026-10-02 and 2026-10-04 to 2026-10-31)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND day = ANY([DATE '2026-10-01', '2026-10-03'])
--> user_days(org=a, day=2026-10-01 and 2026-10-03)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND NOT (day < '2026-10-01' OR '2026-10-03' < day)
--> user_days(org=a, day=2026-10-01 to 2026-10-03)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND (day = '2026-10-01' OR day BETWEEN '2026-10-05' AND '2026-10-06' OR day > '2026-12-24')
--> user_days(org=a, day=2026-10-01 and 2026-10-05 to 2026-10-06 and 2026-12-25 to *)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND day IS NOT NULL
--> user_days(org=a, day=* to *)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND day IS DISTINCT FROM DATE '2026-10-01'
--> user_days(org=a, day=* to 2026-09-30 and 2026-10-02 to *)

-- functions of the day
SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND dayofweek(day) = 1 AND date_trunc('month', day) = DATE '2026-10-01'
--> user_days(org=a, day=2026-10-05 and 2026-10-12 and 2026-10-19 and 2026-10-26)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND day::VARCHAR LIKE '2026-10%'
--> user_days(org=a, day=2026-10-01 to 2026-10-31)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND extract('year' FROM day) = 2026 AND month(day) IN (1, 3)
--> user_days(org=a, day=2026-01-01 to 2026-01-31 and 2026-03-01 to 2026-03-31)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND CASE WHEN day > '2026-10-03' THEN false ELSE day >= '2026-10-01' END
--> user_days(org=a, day=2026-10-01 to 2026-10-03)

SELECT user_id FROM github.copilot_usage.user_days u WHERE org = 'a' AND u.day.strftime('%Y-%m') = '2026-10'
--> user_days(org=a, day=2026-10-01 to 2026-10-31)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND list_contains([DATE '2026-10-01'], day)
--> user_days(org=a, day=2026-10-01)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND january(day, 3)
--> user_days(org=a, day=2026-01-03)

-- the clock and variables are the session's
SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND day BETWEEN current_date - INTERVAL 9 DAY AND today() - 3
--> user_days(org=a, day=<today - 9> to <today - 3>)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND day BETWEEN now() - INTERVAL 4 DAY AND now()
--> user_days(org=a, day=<today - 3> to <today - 0>)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND day >= getvariable('since') AND day < '2026-11-01'
--> user_days(org=a, day=2026-10-30 to 2026-10-31)

-- a day outside the calendar, and one that contradicts itself
SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND day = '1999-01-01'
--> user_days(org=a, day=none)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND day = '2026-10-01' AND day = '2026-10-02'
--> user_days(org=a, day=none)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND 1 = 0
--> nothing

-- each name has its own days
SELECT user_id FROM github.copilot_usage.user_days WHERE org IN ('a', 'b') AND day = '2026-10-01'
--> user_days(org=a, day=2026-10-01)
--> user_days(org=b, day=2026-10-01)

SELECT user_id FROM github.copilot_usage.user_days WHERE (org = 'a' AND day = '2026-10-01') OR (org = 'b' AND day = '2026-10-03')
--> user_days(org=a, day=2026-10-01)
--> user_days(org=b, day=2026-10-03)

SELECT user_id FROM github.copilot_usage.user_days WHERE (org = 'a' AND day = '2026-10-01') OR (org = 'b' AND day = '2026-10-03') OR (org = 'a' AND day = '2026-10-05')
--> user_days(org=a, day=2026-10-01 and 2026-10-05)
--> user_days(org=b, day=2026-10-03)

SELECT user_id FROM github.copilot_usage.user_days WHERE (org, day) IN (('a', '2026-10-01'), ('b', DATE '2026-10-03'))
--> user_days(org=a, day=2026-10-01)
--> user_days(org=b, day=2026-10-03)

-- from one table to another that has the same days
SELECT u.user_id FROM github.copilot_usage.user_days u JOIN github.copilot_usage.user_team_days t ON u.day = t.day AND u.user_id = t.user_id WHERE u.org = 'a' AND t.org = 'a'
--> user_days(org=a, day=latest)
--> user_team_days(org=a, day=latest)

SELECT u.user_id FROM github.copilot_usage.user_days u JOIN github.copilot_usage.user_team_days t ON u.day = t.day WHERE u.org = 'a' AND t.org = 'a' AND u.day >= '2026-10-01' AND t.day < '2026-10-04'
--> user_days(org=a, day=2026-10-01 to 2026-10-03)
--> user_team_days(org=a, day=2026-10-01 to 2026-10-03)

SELECT user_id FROM github.copilot_usage.user_days JOIN github.copilot_usage.user_team_days USING (org, day, user_id) WHERE org = 'a' AND day = '2026-10-01'
--> user_days(org=a, day=2026-10-01)
--> user_team_days(org=a, day=2026-10-01)

SELECT user_id FROM github.copilot_usage.user_days u JOIN github.copilot_usage.user_team_days t USING (org, day, user_id) WHERE org = 'a' AND t.day = '2026-10-01'
--> user_days(org=a, day=2026-10-01)
--> user_team_days(org=a, day=2026-10-01)

SELECT u.user_id FROM github.copilot_usage.user_days u LEFT JOIN github.copilot_usage.user_team_days t ON u.day = t.day AND t.org = 'b' WHERE u.org = 'a' AND u.day = '2026-10-01'
--> user_days(org=a, day=2026-10-01)
--> user_team_days(org=b, day=2026-10-01)

SELECT u.user_id FROM github.copilot_usage.user_days u LEFT JOIN github.copilot_usage.user_team_days t ON u.day = t.day AND t.org = 'b' WHERE u.org = 'a' AND t.day IS NULL
--> user_days(org=a, day=latest)
--> user_team_days(org=b, day=latest)

SELECT u.user_id FROM github.copilot_usage.user_days u JOIN github.copilot_usage.user_day_ides i ON i.org = u.org AND i.day = u.day WHERE u.org = 'a' AND u.day = '2026-10-01'
--> user_days(org=a, day=2026-10-01)
--> user_day_ides(org=a, day=2026-10-01)

SELECT u.day, (SELECT count(*) FROM github.copilot_usage.user_team_days t WHERE t.org = 'a' AND t.day = u.day) FROM github.copilot_usage.user_days u WHERE u.org = 'a' AND u.day = '2026-10-01'
--> user_days(org=a, day=2026-10-01)
--> user_team_days(org=a, day=2026-10-01)

SELECT u.day FROM github.copilot_usage.user_days u WHERE u.org = 'a' AND u.day = '2026-10-01' AND NOT EXISTS (SELECT 1 FROM github.copilot_usage.user_team_days t WHERE t.org = 'a' AND u.day = t.day)
--> user_days(org=a, day=2026-10-01)
--> user_team_days(org=a, day=2026-10-01)

SELECT u.day FROM github.copilot_usage.user_days u JOIN loc l ON u.day = l.day WHERE u.org = 'a' AND l.day BETWEEN '2026-10-01' AND '2026-10-02'
--> user_days(org=a, day from l.day)

SELECT u.day FROM github.copilot_usage.user_days u, github.copilot.copilot_user_one_day_usage_metrics m WHERE u.org = 'a' AND m.enterprise = 'octo' AND m.day = u.day AND m.day = '2026-10-01'
--> user_days(org=a, day=2026-10-01)
--> copilot_user_one_day_usage_metrics(enterprise=octo, day=2026-10-01)

SELECT u.day FROM github.copilot_usage.user_days u, github.copilot.copilot_user_one_day_usage_metrics m WHERE u.org = 'a' AND m.enterprise = 'octo' AND m.day = u.day AND day(u.day) = 1 AND year(u.day) = 2026 AND month(u.day) < 3
--> user_days(org=a, day=2026-01-01 and 2026-02-01)
--> copilot_user_one_day_usage_metrics(enterprise=octo, day=2026-01-01)
--> copilot_user_one_day_usage_metrics(enterprise=octo, day=2026-02-01)

-- days without an end are those that the report turns out to have
SELECT u.day FROM github.copilot_usage.user_days u, github.copilot.copilot_user_one_day_usage_metrics m WHERE u.org = 'a' AND m.enterprise = 'octo' AND m.day = u.day AND u.day > '2026-10-01'
--> user_days(org=a, day=2026-10-02 to *)
--> copilot_user_one_day_usage_metrics(enterprise=octo, day from u.day of github.copilot_usage.user_days)

-- through subqueries, CTEs and views of these
SELECT * FROM (SELECT day, count(*) AS n FROM github.copilot_usage.user_days WHERE org = 'a' GROUP BY day) WHERE day = '2026-10-01' AND n > 3
--> user_days(org=a, day=2026-10-01)

WITH u AS (SELECT * FROM github.copilot_usage.user_days WHERE org = 'a') SELECT user_id FROM u WHERE day = '2026-10-01' UNION ALL SELECT user_id FROM u WHERE day = '2026-10-03'
--> user_days(org=a, day=2026-10-01 and 2026-10-03)

SELECT * FROM (SELECT day FROM github.copilot_usage.user_days WHERE org = 'a' UNION SELECT day FROM github.copilot_usage.repo_days WHERE org = 'b') WHERE day = '2026-10-01'
--> user_days(org=a, day=2026-10-01)
--> repo_days(org=b, day=2026-10-01)

SELECT * FROM (SELECT day FROM github.copilot_usage.user_days WHERE org = 'a' UNION ALL SELECT day FROM loc) WHERE day::VARCHAR LIKE '2026-10%'
--> user_days(org=a, day=2026-10-01 to 2026-10-31)

WITH w AS (SELECT date_trunc('week', day) AS week, count(*) AS n FROM github.copilot_usage.user_days WHERE org = 'a' GROUP BY ALL) SELECT n FROM w WHERE week BETWEEN '2026-10-05' AND '2026-10-12'
--> user_days(org=a, day=2026-10-05 to 2026-10-18)

SELECT day, count(*) FROM github.copilot_usage.user_days WHERE org = 'a' GROUP BY day HAVING day = '2026-10-01'
--> user_days(org=a, day=2026-10-01)

SELECT date_trunc('month', day) AS month FROM github.copilot_usage.user_days WHERE org = 'a' AND month = '2026-10-01'
--> user_days(org=a, day=2026-10-01 to 2026-10-31)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' QUALIFY row_number() OVER (PARTITION BY day ORDER BY user_id) = 1 AND day = '2026-10-01'
--> user_days(org=a, day=2026-10-01)

INSERT INTO loc SELECT org, user_login, 1, day FROM github.copilot_usage.user_days WHERE org = 'a' AND day = '2026-10-01'
--> user_days(org=a, day=2026-10-01)

SELECT n FROM (SELECT day AS d, n FROM github.copilot_usage.user_days u JOIN range(3) AS r(n) ON true WHERE u.org = 'a') WHERE d = '2026-10-01'
--> user_days(org=a, day=2026-10-01)

-- no conditions that rows must meet
SELECT day >= '2026-10-01' AS is_new, count(*) FILTER (day > '2026-10-02') FROM github.copilot_usage.user_days WHERE org = 'a' GROUP BY day >= '2026-10-01' ORDER BY max(day) > '2026-10-03'
--> user_days(org=a, day=latest)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' QUALIFY row_number() OVER (PARTITION BY user_id ORDER BY day DESC) = 1
--> user_days(org=a, day=latest)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' GROUP BY user_id HAVING count(DISTINCT day) > 3
--> user_days(org=a, day=latest)

SELECT user_id FROM (SELECT user_id, day - lag(day) OVER (PARTITION BY user_id ORDER BY day) AS gap FROM github.copilot_usage.user_days WHERE org = 'a') WHERE gap > 7
--> user_days(org=a, day=latest)

SELECT u.day, (SELECT max(n) FROM loc l WHERE l.day = u.day) FROM github.copilot_usage.user_days u LEFT JOIN loc l ON l.day = u.day WHERE u.org = 'a'
--> user_days(org=a, day=latest)

SELECT a.user_id FROM github.copilot_usage.user_days a JOIN github.copilot_usage.user_days b ON a.user_id = b.user_id AND b.day > a.day WHERE a.org = 'a' AND b.org = 'a'
--> user_days(org=a, day=latest)

SELECT u.user_id FROM github.copilot_usage.user_days u ASOF LEFT JOIN loc l ON u.day >= l.day WHERE u.org = 'a'
--> user_days(org=a, day=latest)

SELECT u.user_id FROM github.copilot_usage.user_days u LEFT JOIN github.copilot_usage.user_team_days t ON u.day = t.day AND t.org = 'b' WHERE u.org = 'a' AND t.day IS NOT NULL
--> user_days(org=a, day=latest)
--> user_team_days(org=b, day=latest)

-- one that chooses is enough
SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND day = '2026-10-01' AND (day > current_date - (random() * 9)::INT OR user_login = 'x') AND day IN (SELECT day FROM loc)
--> user_days(org=a, day from (SELECT day FROM loc))

-- one that cannot choose is never taken for none
SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND day > current_date - (random() * 9)::INT
--> NotSupportedError: github.copilot_usage.user_days: day > current_date - (random() * 9)::INT does not say which days to fetch, because random() may have another value for each row; add a condition on day alone beside the table, such as user_days.day >= current_date - 28

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND (coin() OR day > '2026-10-01')
--> NotSupportedError: github.copilot_usage.user_days: coin() OR day > '2026-10-01' does not say which days to fetch, because a function in it may have another value for each row; add a condition on day alone beside the table, such as user_days.day >= current_date - 28

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND (day > '2026-10-01' OR user_login = 'x')
--> NotSupportedError: github.copilot_usage.user_days: day > '2026-10-01' OR user_login = 'x' does not say which days to fetch, because it depends on more than the day; add a condition on day alone beside the table, such as user_days.day >= current_date - 28

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND day > user_login::DATE
--> NotSupportedError: github.copilot_usage.user_days: day > user_login::DATE does not say which days to fetch, because it depends on more than the day; add a condition on day alone beside the table, such as user_days.day >= current_date - 28

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND day = 'yesterday'
--> NotSupportedError: github.copilot_usage.user_days: day = 'yesterday' does not say which days to fetch, because Conversion Error: invalid date field format: "yesterday", expected format is (YYYY-MM-DD); add a condition on day alone beside the table, such as user_days.day >= current_date - 28

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'b' OR (org = 'a' AND day = '2026-10-01')
--> NotSupportedError: github.copilot_usage.user_days: org = 'b' OR (org = 'a' AND day = '2026-10-01') does not say which days to fetch, because it depends on more than the day; add a condition on day alone beside the table, such as user_days.day >= current_date - 28

WITH u AS (SELECT * FROM github.copilot_usage.user_days WHERE org = 'a') SELECT user_id FROM u WHERE day = '2026-10-01' UNION ALL SELECT user_id FROM u
--> NotSupportedError: github.copilot_usage.user_days: day = '2026-10-01' does not say which days to fetch, because not every row that is read must meet it; add a condition on day alone beside the table, such as user_days.day >= current_date - 28

SELECT user_id FROM (SELECT * FROM github.copilot_usage.user_days WHERE org = 'a' ORDER BY user_id LIMIT 9) WHERE day = '2026-10-01'
--> NotSupportedError: github.copilot_usage.user_days: day = '2026-10-01' does not say which days to fetch, because not every row that is read must meet it; add a condition on day alone beside the table, such as user_days.day >= current_date - 28

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' GROUP BY user_id HAVING max(day) < current_date - 14
--> NotSupportedError: github.copilot_usage.user_days: max(day) < current_date - 14 does not say which days to fetch, because not every row that is read must meet it; add a condition on day alone beside the table, such as user_days.day >= current_date - 28

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' QUALIFY day = max(day) OVER ()
--> NotSupportedError: github.copilot_usage.user_days: day = max(day) OVER () does not say which days to fetch, because not every row that is read must meet it; add a condition on day alone beside the table, such as user_days.day >= current_date - 28

SELECT l.n FROM loc l LEFT JOIN github.copilot_usage.user_days u ON u.org = 'a' WHERE u.day IS DISTINCT FROM DATE '2026-10-01'
--> NotSupportedError: github.copilot_usage.user_days: u.day IS DISTINCT FROM DATE '2026-10-01' does not say which days to fetch, because it also holds for rows to which an outer join gives no day; add a condition on day alone beside the table, such as u.day >= current_date - 28

SELECT b.user_id FROM github.copilot_usage.user_days a JOIN github.copilot_usage.user_days b ON b.day = a.day + 7 WHERE a.org = 'a' AND b.org = 'b' AND a.day = '2026-10-01'
--> user_days(org=a, day=2026-10-01)
--> user_days(org=b, day from a.day + 7 of github.copilot_usage.user_days)

SELECT u.user_id FROM github.copilot_usage.user_days u LEFT JOIN github.copilot_usage.user_team_days t ON u.day = t.day AND t.org = 'b' AND t.day = '2026-10-01' WHERE u.org = 'a'
--> NotSupportedError: github.copilot_usage.user_days: u.day = t.day does not say which days to fetch, because the condition that chooses the other report's days does not reach this one; add a condition on day alone beside the table, such as u.day >= current_date - 28

-- under another name too
SELECT * FROM (SELECT * RENAME (day AS d) FROM github.copilot_usage.user_days WHERE org = 'a' LIMIT 9) WHERE d > '2026-10-01'
--> NotSupportedError: github.copilot_usage.user_days: d > '2026-10-01' does not say which days to fetch, because not every row that is read must meet it

SELECT * FROM (SELECT * REPLACE (day + 1 AS day) FROM github.copilot_usage.user_days WHERE org = 'a' LIMIT 9) WHERE day > '2026-10-01'
--> NotSupportedError: github.copilot_usage.user_days: day > '2026-10-01' does not say which days to fetch, because not every row that is read must meet it

SELECT * FROM (SELECT * FROM github.copilot_usage.user_days WHERE org = 'a' LIMIT 9) AS t(d) WHERE t.d > '2026-10-01'
--> NotSupportedError: github.copilot_usage.user_days: t.d > '2026-10-01' does not say which days to fetch, because not every row that is read must meet it

SELECT * FROM (SELECT COLUMNS('day|user_id') FROM github.copilot_usage.user_days WHERE org = 'a' LIMIT 9) WHERE day > '2026-10-01'
--> NotSupportedError: github.copilot_usage.user_days: day > '2026-10-01' does not say which days to fetch, because not every row that is read must meet it

SELECT * FROM (SELECT day AS d FROM github.copilot_usage.user_days u JOIN range(3) AS r(n) ON true WHERE u.org = 'a' LIMIT 9) WHERE d > '2026-10-01'
--> NotSupportedError: github.copilot_usage.user_days: d > '2026-10-01' does not say which days to fetch, because not every row that is read must meet it

-- days that another table gives are fetched, and not the latest ones
SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND day = (SELECT max(day) FROM loc)
--> user_days(org=a, day from (SELECT max(day) FROM loc))

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND day IN (SELECT day FROM loc)
--> user_days(org=a, day from (SELECT day FROM loc))

SELECT u.user_id FROM github.copilot_usage.user_days u JOIN loc l ON u.day = l.day WHERE u.org = 'a'
--> user_days(org=a, day from l.day)

SELECT u.user_id FROM github.copilot_usage.user_days u JOIN loc l USING (day) WHERE u.org = 'a'
--> user_days(org=a, day from l.day)

SELECT u.user_id FROM github.copilot_usage.user_days u JOIN loc l ON u.day BETWEEN l.day AND l.day + 7 WHERE u.org = 'a'
--> NotSupportedError: github.copilot_usage.user_days: u.day BETWEEN l.day AND l.day + 7 takes the days to fetch from another table, which only = and IN can do; add a condition on day alone beside the table, such as u.day >= current_date - 28

SELECT u.user_id FROM github.copilot_usage.user_days u WHERE u.org = 'a' AND EXISTS (SELECT 1 FROM loc l WHERE l.day = u.day)
--> user_days(org=a, day from l.day)

SELECT l.n, x.users FROM loc l, LATERAL (SELECT count(*) AS users FROM github.copilot_usage.user_days u WHERE u.org = 'a' AND u.day = l.day) x
--> user_days(org=a, day from l.day)

SELECT l.n FROM loc l LEFT JOIN github.copilot_usage.user_days u ON u.org = 'a' AND u.day = l.day WHERE u.day IS NULL
--> user_days(org=a, day from l.day)

SELECT u.user_id FROM github.copilot_usage.user_days u ANTI JOIN loc l ON u.day = l.day WHERE u.org = 'a'
--> NotSupportedError: github.copilot_usage.user_days: u.day = l.day takes the days to fetch from another table, which only = and IN can do; add a condition on day alone beside the table, such as u.day >= current_date - 28

SELECT u.user_id FROM github.copilot_usage.user_days u ASOF JOIN loc l ON u.day >= l.day WHERE u.org = 'a'
--> NotSupportedError: github.copilot_usage.user_days: u.day >= l.day takes the days to fetch from another table, which only = and IN can do; add a condition on day alone beside the table, such as u.day >= current_date - 28

-- one statement for both: what is compared with NULL holds for no row
SELECT user_id FROM github.copilot_usage.user_days WHERE (enterprise = 'octo' OR org = NULL) AND day = '2026-10-01'
--> user_days(enterprise=octo, day=2026-10-01)

SELECT user_id FROM github.copilot_usage.user_days WHERE (enterprise = NULL OR org = 'a') AND day = '2026-10-01'
--> user_days(org=a, day=2026-10-01)

SELECT user_id FROM github.copilot_usage.user_days WHERE (enterprise = 'octo' OR org = NULL OR lower(org) = 'a')
--> ProgrammingError: github.copilot_usage.user_days is read from the reports of an enterprise or from those of an organization, not both; leave out enterprise or org, or write a UNION ALL of two queries

SELECT user_id, org FROM github.copilot_usage.user_days WHERE (enterprise = 'octo' OR org = NULL)
--> ProgrammingError: github.copilot_usage.user_days is read from the reports of an enterprise or from those of an organization, not both; leave out enterprise or org, or write a UNION ALL of two queries

-- an enterprise or an organization
SELECT user_id FROM github.copilot_usage.user_days WHERE enterprise = 'octo' AND org = 'a'
--> ProgrammingError: github.copilot_usage.user_days is read from the reports of an enterprise or from those of an organization, not both; leave out enterprise or org, or write a UNION ALL of two queries

SELECT user_id FROM github.copilot_usage.user_days WHERE enterprise = 'octo' OR org = 'a'
--> ProgrammingError: github.copilot_usage.user_days is read from the reports of an enterprise or from those of an organization, not both; leave out enterprise or org, or write a UNION ALL of two queries

SELECT user_id FROM github.copilot_usage.user_days WHERE enterprise = 'octo' AND lower(org) = 'a'
--> ProgrammingError: github.copilot_usage.user_days is read from the reports of an enterprise or from those of an organization, not both; leave out enterprise or org, or write a UNION ALL of two queries

SELECT user_id FROM github.copilot_usage.user_days WHERE enterprise = 'octo' UNION ALL SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a'
--> user_days(enterprise=octo, day=latest)
--> user_days(org=a, day=latest)

SELECT user_id FROM github.copilot_usage.user_days WHERE day = '2026-10-01'
--> MissingParameterError: github.copilot_usage.user_days needs enterprise; enterprise = '<slug>'; or give org instead

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND day > (SELECT max(zzz) FROM loc)
--> ProgrammingError: no column 'zzz' in github.copilot_usage.user_days

-- which row is the greater one is no condition on each of its values
SELECT user_id FROM github.copilot_usage.user_days WHERE org IN ('a', 'b') AND (org, user_id) >= ('a', 0) AND day = '2026-10-01'
--> user_days(org=a, day=2026-10-01)
--> user_days(org=b, day=2026-10-01)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND day >= '2026-10-01' AND day < '2026-10-04' AND (day, user_id) > (DATE '2026-10-02', 1)
--> user_days(org=a, day=2026-10-01 to 2026-10-03)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND (day, user_id) < (DATE '2026-10-02', 1)
--> NotSupportedError: github.copilot_usage.user_days: (day, user_id) < (DATE '2026-10-02', 1) does not say which days to fetch, because it depends on more than the day; add a condition on day alone beside the table, such as user_days.day >= current_date - 28

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND (day, user_id) = (DATE '2026-10-02', 1)
--> user_days(org=a, day=2026-10-02)

-- days that are looked for in another report are those of both
SELECT u.user_id FROM github.copilot_usage.user_days u WHERE u.org = 'a' AND u.day = '2026-10-01' AND (u.day, u.user_id) NOT IN (SELECT t.day, t.user_id FROM github.copilot_usage.user_team_days t WHERE t.org = 'b')
--> user_days(org=a, day=2026-10-01)
--> user_team_days(org=b, day=2026-10-01)

SELECT u.user_id FROM github.copilot_usage.user_days u WHERE u.org = 'a' AND u.day = '2026-10-01' AND u.day = ANY (SELECT day FROM github.copilot_usage.user_team_days WHERE org = 'b' GROUP BY day)
--> user_days(org=a, day=2026-10-01)
--> user_team_days(org=b, day=2026-10-01)

SELECT u.user_id FROM github.copilot_usage.user_days u WHERE u.org = 'a' AND u.day = '2026-10-01' AND u.day <> ALL (SELECT day FROM github.copilot_usage.user_team_days WHERE org = 'b')
--> user_days(org=a, day=2026-10-01)
--> user_team_days(org=b, day=2026-10-01)

SELECT u.user_id, (u.day, u.user_id) IN (SELECT day, user_id FROM github.copilot_usage.user_team_days WHERE org = 'b') AS has_team FROM github.copilot_usage.user_days u WHERE u.org = 'a' AND u.day = '2026-10-01'
--> user_days(org=a, day=2026-10-01)
--> user_team_days(org=b, day=2026-10-01)

SELECT u.user_id FROM github.copilot_usage.user_days u WHERE u.org = 'a' AND u.day NOT IN (SELECT day FROM github.copilot_usage.user_team_days WHERE org = 'b')
--> NotSupportedError: github.copilot_usage.user_days: u.day NOT IN (SELECT day FROM github.copilot_usage.user_team_days WHERE org = 'b') takes the days to fetch from another table, which only = and IN can do; add a condition on day alone beside the table, such as u.day >= current_date - 28

SELECT u.user_id FROM github.copilot_usage.user_days u WHERE u.org = 'a' AND u.day = '2026-10-01' AND u.day = ALL (SELECT day FROM github.copilot_usage.user_team_days WHERE org = 'b')
--> user_days(org=a, day=2026-10-01)
--> user_team_days(org=b, day=latest)

SELECT u.user_id FROM github.copilot_usage.user_days u WHERE u.org = 'a' AND u.day = '2026-10-01' AND u.day NOT IN (SELECT day FROM github.copilot_usage.user_team_days WHERE org = 'b' ORDER BY user_id LIMIT 9)
--> NotSupportedError: github.copilot_usage.user_team_days: u.day IN (SELECT day FROM github.copilot_usage.user_team_days WHERE org = 'b' ORDER BY user_id LIMIT 9) does not say which days to fetch, because the condition that chooses the other report's days does not reach this one; add a condition on day alone beside the table, such as user_team_days.day >= current_date - 28

SELECT u.user_id FROM github.copilot_usage.user_days u WHERE u.org = 'a' AND u.day = '2026-10-01' AND u.day IN (SELECT day FROM github.copilot_usage.user_team_days WHERE org = 'b' UNION ALL SELECT DATE '2026-10-02')
--> NotSupportedError: github.copilot_usage.user_team_days: u.day IN (SELECT day FROM github.copilot_usage.user_team_days WHERE org = 'b' UNION ALL SELECT DATE '2026-10-02') does not say which days to fetch, because the condition that chooses the other report's days does not reach this one; add a condition on day alone beside the table, such as user_team_days.day >= current_date - 28

SELECT u.user_id FROM github.copilot_usage.user_days u WHERE u.org = 'a' AND u.day = '2026-10-01' AND u.day NOT IN (SELECT t.day FROM loc l LEFT JOIN github.copilot_usage.user_team_days t ON t.org = 'b')
--> NotSupportedError: github.copilot_usage.user_team_days: u.day IN (SELECT t.day FROM loc AS l LEFT JOIN github.copilot_usage.user_team_days AS t ON t.org = 'b') does not say which days to fetch, because the condition that chooses the other report's days does not reach this one; add a condition on day alone beside the table, such as t.day >= current_date - 28

-- an outer join of which WHERE wants a row is none
SELECT u.user_id FROM github.copilot_usage.user_days u LEFT JOIN github.copilot_usage.user_team_days t ON u.day = t.day AND u.day = '2026-10-01' WHERE u.org = 'a' AND t.org = 'b'
--> user_days(org=a, day=2026-10-01)
--> user_team_days(org=b, day=2026-10-01)

SELECT u.user_id FROM github.copilot_usage.user_days u RIGHT JOIN github.copilot_usage.user_team_days t ON u.day = t.day AND t.day = '2026-10-01' WHERE u.org = 'a' AND t.org = 'b'
--> user_days(org=a, day=2026-10-01)
--> user_team_days(org=b, day=2026-10-01)

SELECT u.user_id FROM github.copilot_usage.user_days u FULL JOIN github.copilot_usage.user_team_days t ON u.day = t.day AND t.day = '2026-10-01' WHERE u.org = 'a' AND t.org = 'b'
--> user_days(org=a, day=2026-10-01)
--> user_team_days(org=b, day=2026-10-01)

SELECT u.user_id FROM github.copilot_usage.user_days u LEFT JOIN github.copilot_usage.user_team_days t ON t.org = 'b' AND u.day = t.day AND u.day = '2026-10-01' WHERE u.org = 'a' AND t.user_id IS NULL
--> user_days(org=a, day=latest)
--> user_team_days(org=b, day=latest)

SELECT u.user_id FROM github.copilot_usage.user_days u LEFT JOIN loc l ON u.day = '2026-10-01' WHERE u.org = 'a' AND l.n = ALL (SELECT 1 WHERE false)
--> user_days(org=a, day=latest)

-- a condition may hide its column
SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND COLUMNS('^day$') = '2026-10-01'
--> user_days(org=a, day=2026-10-01)

SELECT user_id FROM github.copilot_usage.user_days u WHERE org = 'a' AND (SELECT u.day = '2026-10-01')
--> NotSupportedError: github.copilot_usage.user_days: (SELECT u.day = '2026-10-01') takes the days to fetch from another table, which only = and IN can do; add a condition on day alone beside the table, such as u.day >= current_date - 28

SELECT user_id FROM github.copilot_usage.user_days u WHERE org = 'a' AND (SELECT u.day) = '2026-10-01'
--> NotSupportedError: github.copilot_usage.user_days: (SELECT u.day) = '2026-10-01' takes the days to fetch from another table, which only = and IN can do; add a condition on day alone beside the table, such as u.day >= current_date - 28

SELECT user_id, (SELECT u.day = '2026-10-01') AS is_first FROM github.copilot_usage.user_days u WHERE org = 'a'
--> user_days(org=a, day=latest)

SELECT l.n FROM loc l LEFT JOIN github.copilot_usage.user_days u ON u.org = 'a' AND u.day = '2026-10-01' AND u.user_id = l.n WHERE u.day NOT IN (SELECT day FROM github.copilot_usage.user_team_days WHERE org = 'b')
--> NotSupportedError: the condition that chooses the other report's days does not reach this one

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND COLUMNS(*) IS NOT NULL
--> user_days(org=a, day=latest)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND (COLUMNS('^day$') = '2026-10-01') IS TRUE
--> user_days(org=a, day=2026-10-01)

SELECT user_id FROM github.copilot_usage.user_days WHERE org = 'a' AND (COLUMNS('^day$') = '2026-10-01' OR user_login IS NULL)
--> NotSupportedError: add a condition on day alone beside the table

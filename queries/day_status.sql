-- ---
-- name: day_status
-- description: Days of the reports that are missing, late, or may still change.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 14, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [day, state, daily_users, listed_users]
--   rows: {min: 1}
--   values: {state: {nulls: no}}
--   with: {until: 2026-10-31}
-- ---
-- A day is a UTC day. GitHub has it one or two days later and works it over for about three more, so a drop at the end
-- of a chart is often not there a week later. A missing day is unknown, which is not 0.
WITH entity AS (
  SELECT day, daily_active_users
  FROM github.copilot_usage.entity_days
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
),
people AS (
  SELECT day, count(DISTINCT user_id) AS listed_users
  FROM github.copilot_usage.user_days
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
  GROUP BY day
),
calendar AS (
  SELECT coalesce($until, current_date - 1) - back::INTEGER AS day
  FROM range($days) AS days(back)
)
SELECT
  day,
  CASE
    WHEN entity.day IS NULL AND people.day IS NULL THEN 'missing'
    WHEN entity.day IS NULL OR (people.day IS NULL AND daily_active_users > 0) THEN 'partly missing'
    WHEN day >= current_date - 4 THEN 'may still change'
    ELSE 'final'
  END AS state,
  daily_active_users AS daily_users, -- from the report of the whole
  listed_users -- from the report of users; NULL where nobody is listed
FROM calendar
LEFT JOIN entity USING (day)
LEFT JOIN people USING (day)
ORDER BY day;

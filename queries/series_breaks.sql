-- ---
-- name: series_breaks
-- description: Averages of the days before and after each change in what GitHub counts.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 14, description: "Days before and after a change, of whole weeks best."}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [changed_on, change, days_before, days_after, avg_daily_users_before, avg_daily_users_after,
--     avg_prompts_before, avg_prompts_after, avg_lines_suggested_before, avg_lines_suggested_after]
--   values: {days_before: {min: 0}, days_after: {min: 0}}
-- ---
-- A step on one of these days is GitHub's counting and not people's doing; do not compare across it.
WITH changes (changed_on, change) AS (
  VALUES
    (DATE '2026-04-10', 'the CLI counts in totals and features'),
    (DATE '2026-06-15', 'people whom only servers see are listed'),
    (DATE '2026-07-02', 'suggestions of the CLI count'),
    (DATE '2026-07-28', 'the Copilot app counts')
),
used AS (
  SELECT
    day,
    daily_active_users AS users,
    user_initiated_interaction_count AS prompts,
    loc_suggested_to_add_sum AS lines
  FROM github.copilot_usage.entity_days
  WHERE (enterprise = $enterprise OR org = $org)
    AND (
      day BETWEEN DATE '2026-04-10' - $days AND DATE '2026-04-10' + $days - 1
      OR day BETWEEN DATE '2026-06-15' - $days AND DATE '2026-06-15' + $days - 1
      OR day BETWEEN DATE '2026-07-02' - $days AND DATE '2026-07-02' + $days - 1
      OR day BETWEEN DATE '2026-07-28' - $days AND DATE '2026-07-28' + $days - 1
    )
)
SELECT
  changed_on,
  change,
  count(*) FILTER (day < changed_on) AS days_before,
  count(*) FILTER (day >= changed_on) AS days_after,
  round(avg(users) FILTER (day < changed_on), 1) AS avg_daily_users_before,
  round(avg(users) FILTER (day >= changed_on), 1) AS avg_daily_users_after,
  round(avg(prompts) FILTER (day < changed_on), 1) AS avg_prompts_before,
  round(avg(prompts) FILTER (day >= changed_on), 1) AS avg_prompts_after,
  round(avg(lines) FILTER (day < changed_on), 1) AS avg_lines_suggested_before,
  round(avg(lines) FILTER (day >= changed_on), 1) AS avg_lines_suggested_after
FROM changes
JOIN used ON day BETWEEN changed_on - $days AND changed_on + $days - 1
GROUP BY changed_on, change
ORDER BY changed_on;

-- ---
-- name: code_review_users_by_week
-- description: People who asked Copilot for reviews, and those whom it reviews only by rule.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [week, active_users, passive_only_users, active_users_percent]
--   values: {active_users: {min: 0}, active_users_percent: {min: 0, max: 100}}
--   with: {until: 2026-10-31}
-- ---
-- Active is having asked for a review or applied one; passive is a rule that assigns Copilot, which says nothing of
-- interest in it. Both are NULL, not false, where there was no sign of review: such rows are left out of the percent.
WITH people AS (
  SELECT
    date_trunc('week', day)::DATE AS week, -- its Monday
    user_id,
    coalesce(bool_or(used_copilot_code_review_active), false) AS is_active
  FROM github.copilot_usage.user_days
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
    AND (used_copilot_code_review_active OR used_copilot_code_review_passive)
  GROUP BY ALL
)
SELECT
  week,
  count(*) FILTER (is_active) AS active_users,
  count(*) FILTER (NOT is_active) AS passive_only_users,
  round(100 * active_users / nullif(count(*), 0), 1) AS active_users_percent
FROM people
GROUP BY week
ORDER BY week;

-- ---
-- name: completion_acceptance_by_week
-- description: Share of completions that people accepted, week by week.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [week, days_with_users, users, completions, accepted_completions, acceptance_percent]
--   values: {acceptance_percent: {min: 0, max: 100}, days_with_users: {min: 1, max: 7}}
--   with: {until: 2026-10-31}
-- ---
-- Of code_completion alone: agents' edits are never accepted and the CLI's nearly always, so a rate over all features
-- follows the mix of features and says nothing. A week's rate is of its sums; the mean of daily rates would be another.
SELECT
  date_trunc('week', day)::DATE AS week, -- its Monday
  count(DISTINCT day) AS days_with_users,
  count(DISTINCT user_id) AS users,
  sum(code_generation_activity_count)::BIGINT AS completions,
  sum(code_acceptance_activity_count)::BIGINT AS accepted_completions,
  round(100 * accepted_completions / nullif(completions, 0), 1) AS acceptance_percent
FROM github.copilot_usage.user_day_features
WHERE (enterprise = $enterprise OR org = $org)
  AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
  AND feature = 'code_completion'
GROUP BY week
ORDER BY week;

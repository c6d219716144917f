-- ---
-- name: ai_credits_by_week
-- description: AI credits week by week, and for how many people they are told.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [week, users, users_with_credits, ai_credits, ai_credits_per_user, user_days_not_told]
--   rows: {min: 1}
--   values: {ai_credits: {min: 0}, user_days_not_told: {min: 0}}
--   with: {until: 2026-10-31}
-- ---
-- A sign of effort, and not the bill: what GitHub invoices is in its billing reports alone. Days of which the report
-- says nothing (before 2026-06-19) are NULL and not 0; they are counted instead of guessed. The last days still grow.
SELECT
  date_trunc('week', day)::DATE AS week, -- its Monday
  count(DISTINCT user_id) AS users,
  count(DISTINCT user_id) FILTER (ai_credits_used > 0) AS users_with_credits,
  round(sum(ai_credits_used), 2) AS ai_credits,
  round(sum(ai_credits_used) / nullif(users_with_credits, 0), 2) AS ai_credits_per_user, -- of those with any
  count(*) FILTER (ai_credits_used IS NULL) AS user_days_not_told
FROM github.copilot_usage.user_days
WHERE (enterprise = $enterprise OR org = $org)
  AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
GROUP BY week
ORDER BY week;

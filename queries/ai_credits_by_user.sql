-- ---
-- name: ai_credits_by_user
-- description: AI credits of each person, and who uses far more than the others.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [user_login, days_with_credits, ai_credits, ai_credits_percent, prompts, is_outlier]
--   values: {ai_credits: {min: 0}, ai_credits_percent: {min: 0, max: 100}}
--   with: {until: 2026-10-31}
-- ---
-- Credits are a sign of effort and not the bill, and no model or feature can be told from them. NULL is a report that
-- does not say, which is not 0. An outlier lies more than 1.5 interquartile ranges above the upper quartile.
WITH people AS (
  SELECT
    user_id,
    max_by(user_login, day) AS user_login, -- the latest, for it may change
    count(*) FILTER (ai_credits_used > 0) AS days_with_credits,
    sum(ai_credits_used) AS credits,
    sum(user_initiated_interaction_count)::BIGINT AS prompts
  FROM github.copilot_usage.user_days
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
  GROUP BY user_id
),
quartiles AS (
  SELECT quantile_cont(credits, 0.25) AS lower_quartile, quantile_cont(credits, 0.75) AS upper_quartile FROM people
)
SELECT
  user_login,
  days_with_credits,
  round(credits, 2) AS ai_credits,
  round(100 * credits / nullif(sum(credits) OVER (), 0), 1) AS ai_credits_percent,
  prompts,
  credits > upper_quartile + 1.5 * (upper_quartile - lower_quartile) AS is_outlier
FROM people
CROSS JOIN quartiles
ORDER BY credits DESC NULLS LAST, user_login;

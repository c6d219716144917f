-- ---
-- name: missing_telemetry
-- description: People who are listed as users on days of which no feature is known.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [user_login, days_listed, days_without_features, days_without_features_percent, ai_credits, last_day]
--   values: {days_listed: {min: 1}, days_without_features: {min: 1}, days_without_features_percent: {min: 0, max: 100}}
--   with: {until: 2026-10-31}
-- ---
-- Editors with telemetry off, too old, or behind a proxy send nothing; then GitHub's servers still see the person
-- (since 2026-06-15), but neither code nor editor. Before calling somebody inactive, look here. Chat on github.com and
-- in the mobile app is in no report at all.
SELECT
  max_by(user_login, day) AS user_login,
  count(*) AS days_listed,
  count(*) FILTER (coalesce(len(totals_by_feature), 0) = 0) AS days_without_features,
  round(100 * days_without_features / days_listed, 1) AS days_without_features_percent,
  round(sum(ai_credits_used), 2) AS ai_credits,
  max(day) AS last_day
FROM github.copilot_usage.user_days
WHERE (enterprise = $enterprise OR org = $org)
  AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
GROUP BY user_id
HAVING days_without_features > 0
ORDER BY days_without_features DESC, user_login;

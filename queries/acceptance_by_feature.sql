-- ---
-- name: acceptance_by_feature
-- description: Code that came out and code that was accepted, by feature, and where a rate means something.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [feature, users, code_generations, code_acceptances, acceptance_percent]
--   rows: {min: 1}
--   values: {acceptance_percent: {min: 0, max: 100}}
--   with: {until: 2026-10-31}
-- ---
-- The rate is NULL but for completions. agent_edit writes into files and is never accepted, copilot_cli counts nearly
-- all as accepted, and in chat only some code has a button: one rate over all would follow the mix of features.
SELECT
  feature,
  count(DISTINCT user_id) AS users,
  sum(code_generation_activity_count)::BIGINT AS code_generations,
  sum(code_acceptance_activity_count)::BIGINT AS code_acceptances,
  round(
    CASE feature WHEN 'code_completion' THEN 100 * code_acceptances / nullif(code_generations, 0) END, 1
  ) AS acceptance_percent
FROM github.copilot_usage.user_day_features
WHERE (enterprise = $enterprise OR org = $org)
  AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
GROUP BY feature
ORDER BY code_generations DESC NULLS LAST, feature;

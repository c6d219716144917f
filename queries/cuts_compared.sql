-- ---
-- name: cuts_compared
-- description: How far each breakdown of usage adds up to the whole.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [cut, prompts, prompts_percent, code_generations, code_generations_percent, lines_added,
--     lines_added_percent]
--   rows: {min: 1, max: 6}
--   values: {prompts_percent: {min: 0, max: 100}, code_generations_percent: {min: 0, max: 100},
--     lines_added_percent: {min: 0, max: 100}}
--   with: {until: 2026-10-31}
-- ---
-- The arrays of a day are other views of the same use: adding two of them counts it twice. By feature adds up to the
-- whole; by editor lacks the CLI and the app; by model is chat and agents alone; those by language have no prompts.
WITH cuts (cut, prompts, code_generations, lines_added) AS (
  SELECT 'whole', user_initiated_interaction_count, code_generation_activity_count, loc_added_sum
  FROM github.copilot_usage.user_days
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
  UNION ALL
  SELECT 'by feature', user_initiated_interaction_count, code_generation_activity_count, loc_added_sum
  FROM github.copilot_usage.user_day_features
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
  UNION ALL
  SELECT 'by language and feature', NULL, code_generation_activity_count, loc_added_sum
  FROM github.copilot_usage.user_day_language_features
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
  UNION ALL
  SELECT 'by editor', user_initiated_interaction_count, code_generation_activity_count, loc_added_sum
  FROM github.copilot_usage.user_day_ides
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
  UNION ALL
  SELECT 'by model and feature', user_initiated_interaction_count, code_generation_activity_count, loc_added_sum
  FROM github.copilot_usage.user_day_model_features
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
  UNION ALL
  SELECT 'by language and model', NULL, code_generation_activity_count, loc_added_sum
  FROM github.copilot_usage.user_day_language_models
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
),
sums AS (
  SELECT cut, sum(prompts) AS prompts, sum(code_generations) AS code_generations, sum(lines_added) AS lines_added
  FROM cuts
  GROUP BY cut
)
SELECT
  sums.cut,
  sums.prompts::BIGINT AS prompts,
  round(100 * sums.prompts / nullif(whole.prompts, 0), 1) AS prompts_percent,
  sums.code_generations::BIGINT AS code_generations,
  round(100 * sums.code_generations / nullif(whole.code_generations, 0), 1) AS code_generations_percent,
  sums.lines_added::BIGINT AS lines_added,
  round(100 * sums.lines_added / nullif(whole.lines_added, 0), 1) AS lines_added_percent
FROM sums
JOIN sums AS whole ON whole.cut = 'whole'
ORDER BY sums.code_generations DESC NULLS LAST, sums.prompts DESC NULLS LAST, sums.cut != 'whole', sums.cut;

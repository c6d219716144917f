-- ---
-- name: cuts_compared
-- description: How far each breakdown of usage adds up to the whole.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: "How many days back, the last being yesterday."}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [cut, prompts, prompts_percent, code_generations, code_generations_percent, lines_added,
--     lines_added_percent]
--   rows: {min: 1, max: 6}
--   values: {prompts_percent: {min: 0, max: 100}, code_generations_percent: {min: 0, max: 100}}
-- ---
-- The arrays of a day are other views of the same use: adding two of them counts it twice. By feature adds up to the
-- whole; by editor lacks the CLI and the app; by model is chat and agents alone; those by language have no prompts.
WITH cuts (cut, prompts, code_generations, lines_added) AS (
  SELECT 'whole', user_initiated_interaction_count, code_generation_activity_count, loc_added_sum
  FROM github.copilot_usage.user_days
  WHERE (enterprise = $enterprise OR org = $org) AND day BETWEEN current_date - $days AND current_date - 1
  UNION ALL
  SELECT 'by feature', user_initiated_interaction_count, code_generation_activity_count, loc_added_sum
  FROM github.copilot_usage.user_day_features
  WHERE (enterprise = $enterprise OR org = $org) AND day BETWEEN current_date - $days AND current_date - 1
  UNION ALL
  SELECT 'by language and feature', NULL, code_generation_activity_count, loc_added_sum
  FROM github.copilot_usage.user_day_language_features
  WHERE (enterprise = $enterprise OR org = $org) AND day BETWEEN current_date - $days AND current_date - 1
  UNION ALL
  SELECT 'by editor', user_initiated_interaction_count, code_generation_activity_count, loc_added_sum
  FROM github.copilot_usage.user_day_ides
  WHERE (enterprise = $enterprise OR org = $org) AND day BETWEEN current_date - $days AND current_date - 1
  UNION ALL
  SELECT 'by model and feature', user_initiated_interaction_count, code_generation_activity_count, loc_added_sum
  FROM github.copilot_usage.user_day_model_features
  WHERE (enterprise = $enterprise OR org = $org) AND day BETWEEN current_date - $days AND current_date - 1
  UNION ALL
  SELECT 'by language and model', NULL, code_generation_activity_count, loc_added_sum
  FROM github.copilot_usage.user_day_language_models
  WHERE (enterprise = $enterprise OR org = $org) AND day BETWEEN current_date - $days AND current_date - 1
)
SELECT
  cut,
  sum(prompts)::BIGINT AS prompts,
  round(100 * sum(prompts) / nullif(max(sum(prompts)) FILTER (cut = 'whole') OVER (), 0), 1) AS prompts_percent,
  sum(code_generations)::BIGINT AS code_generations,
  round(100 * sum(code_generations) / nullif(max(sum(code_generations)) FILTER (cut = 'whole') OVER (), 0), 1)
    AS code_generations_percent,
  sum(lines_added)::BIGINT AS lines_added,
  round(100 * sum(lines_added) / nullif(max(sum(lines_added)) FILTER (cut = 'whole') OVER (), 0), 1)
    AS lines_added_percent
FROM cuts
GROUP BY cut
ORDER BY code_generations DESC NULLS LAST, prompts DESC NULLS LAST, cut != 'whole', cut;

-- ---
-- name: model_mix
-- description: Models behind chat and agents, and the share of each.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [model, spellings, users, prompts, prompts_percent, code_generations, lines_added]
--   values: {prompts_percent: {min: 0, max: 100}}
--   with: {until: 2026-10-31}
-- ---
-- Completions have no model in the reports: this is chat, agents and the CLI. GitHub spells some models in two ways
-- (claude-4.5-haiku, claude-haiku-4.5), which are one row here. auto is what was not resolved to a model.
SELECT
  regexp_replace(lower(used.model), '^claude-([0-9.]+)-([a-z]+)', 'claude-\2-\1') AS model,
  list_sort(list(DISTINCT used.model)) AS spellings,
  count(DISTINCT user_id) AS users,
  sum(user_initiated_interaction_count)::BIGINT AS prompts,
  round(100 * prompts / nullif(sum(prompts) OVER (), 0), 1) AS prompts_percent,
  sum(code_generation_activity_count)::BIGINT AS code_generations,
  sum(loc_added_sum)::BIGINT AS lines_added
FROM github.copilot_usage.user_day_model_features AS used
WHERE (enterprise = $enterprise OR org = $org)
  AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
GROUP BY ALL
ORDER BY prompts DESC NULLS LAST, model;

-- ---
-- name: feature_mix
-- description: "Completions, the modes of chat, agents and the CLI: who uses what, and how much."
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [feature, kind, users, users_percent, prompts, prompts_percent, code_generations, lines_added]
--   rows: {min: 1}
--   values: {users_percent: {min: 0, max: 100}, prompts_percent: {min: 0, max: 100}}
--   with: {until: 2026-10-31}
-- ---
-- Three counts that do not compare: prompts are what people asked, generations are times that code came out (several
-- for one prompt), and completions come unasked, so their prompts are 0. People use several features: do not add users.
WITH used AS (
  SELECT feature, user_id, user_initiated_interaction_count, code_generation_activity_count, loc_added_sum
  FROM github.copilot_usage.user_day_features
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
)
SELECT
  feature,
  CASE
    WHEN feature = 'code_completion' THEN 'completion'
    WHEN feature IN ('chat_panel_agent_mode', 'agent_edit') THEN 'agent'
    WHEN starts_with(feature, 'chat_') THEN 'chat'
    WHEN feature IN ('copilot_cli', 'cli_agent') THEN 'cli'
    WHEN feature = 'copilot_app' THEN 'app'
    ELSE 'other'
  END AS kind,
  count(DISTINCT user_id) AS users,
  round(100 * users / nullif((SELECT count(DISTINCT user_id) FROM used), 0), 1) AS users_percent,
  sum(user_initiated_interaction_count)::BIGINT AS prompts,
  round(100 * prompts / nullif(sum(prompts) OVER (), 0), 1) AS prompts_percent,
  sum(code_generation_activity_count)::BIGINT AS code_generations,
  sum(loc_added_sum)::BIGINT AS lines_added
FROM used
GROUP BY feature
ORDER BY users DESC, feature;

-- ---
-- name: active_user_rules
-- description: How many people are active, by what active is to mean.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [rule, users, users_percent, user_days]
--   rows: 4
--   values: {users_percent: {min: 0, max: 100}}
--   with: {until: 2026-10-31}
-- ---
-- Pages of GitHub count by different rules, which is why numbers do not match. Prompts alone miss people who use only
-- completions, code review or the cloud agent; being listed counts days on which nothing was done.
WITH listed AS (
  SELECT
    user_id,
    user_initiated_interaction_count > 0 AS has_prompts,
    code_generation_activity_count > 0 AS has_code,
    used_agent OR used_chat OR used_cli OR used_copilot_app OR used_vscode_agent
      OR used_copilot_coding_agent OR used_copilot_cloud_agent OR used_copilot_code_review_active AS has_sign
  FROM github.copilot_usage.user_days
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
),
rules (rank, rule, user_id, holds) AS (
  SELECT 1, 'listed in the report', user_id, true FROM listed
  UNION ALL
  SELECT 2, 'prompts, code or any sign of use', user_id, has_prompts OR has_code OR has_sign FROM listed
  UNION ALL
  SELECT 3, 'prompts or code', user_id, has_prompts OR has_code FROM listed
  UNION ALL
  SELECT 4, 'prompts', user_id, has_prompts FROM listed
)
SELECT
  rule,
  count(DISTINCT user_id) FILTER (holds) AS users,
  round(100 * users / nullif(count(DISTINCT user_id), 0), 1) AS users_percent, -- of those listed
  count(*) FILTER (holds) AS user_days
FROM rules
GROUP BY rank, rule
ORDER BY rank;

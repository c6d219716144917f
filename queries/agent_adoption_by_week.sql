-- ---
-- name: agent_adoption_by_week
-- description: How many of each week's active people work with agents, and with which.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [week, days_with_users, active_users, agent_users, agent_users_percent, agent_mode_users,
--     cloud_agent_users, cli_users]
--   rows: {min: 1}
--   values: {agent_users_percent: {min: 0, max: 100}, days_with_users: {min: 1, max: 7}}
--   with: {until: 2026-10-31}
-- ---
-- People are counted once a week, not added up over its days; the kinds overlap, so do not add those either. NULL in
-- a used_ column is a report that does not say, and is counted as little as false. The first week may be cut short.
SELECT
  date_trunc('week', day)::DATE AS week, -- its Monday
  count(DISTINCT day) AS days_with_users,
  count(DISTINCT user_id) AS active_users,
  count(DISTINCT user_id) FILTER (
    used_agent OR used_cli OR used_copilot_app OR used_vscode_agent
    OR used_copilot_cloud_agent OR used_copilot_coding_agent
  ) AS agent_users,
  round(100 * agent_users / nullif(active_users, 0), 1) AS agent_users_percent,
  count(DISTINCT user_id) FILTER (used_agent) AS agent_mode_users,
  count(DISTINCT user_id) FILTER (used_copilot_cloud_agent OR used_copilot_coding_agent) AS cloud_agent_users,
  count(DISTINCT user_id) FILTER (used_cli) AS cli_users
FROM github.copilot_usage.user_days
WHERE (enterprise = $enterprise OR org = $org)
  AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
  AND (
    user_initiated_interaction_count > 0 OR code_generation_activity_count > 0
    OR used_agent OR used_chat OR used_cli OR used_copilot_app OR used_vscode_agent
    OR used_copilot_coding_agent OR used_copilot_cloud_agent OR used_copilot_code_review_active
  )
GROUP BY week
ORDER BY week;

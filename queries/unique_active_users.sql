-- ---
-- name: unique_active_users
-- description: How many different people were active in a period of any length.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   since: {type: DATE, default: null, description: First day; 28 days make the period when it is not given.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [first_day, last_day, days_with_users, active_users, listed_users, active_user_days,
--     avg_active_days_per_user]
--   rows: 1
--   values: {active_users: {min: 0}, avg_active_days_per_user: {min: 1}}
--   with: {until: 2026-10-31}
-- ---
-- People do not add up over days: the same ones come back. So they are counted once over the whole period, and what
-- the days add up to stands beside it as active_user_days.
SELECT
  min(day) AS first_day,
  max(day) AS last_day,
  count(DISTINCT day) AS days_with_users,
  count(DISTINCT user_id) FILTER (is_active) AS active_users,
  count(DISTINCT user_id) AS listed_users,
  count(*) FILTER (is_active) AS active_user_days,
  round(active_user_days / nullif(active_users, 0), 1) AS avg_active_days_per_user
FROM (
  SELECT
    day,
    user_id,
    -- Being listed is no activity; say what is.
    (
      user_initiated_interaction_count > 0 OR code_generation_activity_count > 0
      OR used_agent OR used_chat OR used_cli OR used_copilot_app OR used_vscode_agent
      OR used_copilot_coding_agent OR used_copilot_cloud_agent OR used_copilot_code_review_active
    ) AS is_active
  FROM github.copilot_usage.user_days
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($since, coalesce($until, current_date - 1) - 27) AND coalesce($until, current_date - 1)
);

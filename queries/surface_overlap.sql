-- ---
-- name: surface_overlap
-- description: Which surfaces people combine; each person is in one row, so these do add up.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [surfaces, users, users_percent]
--   rows: {min: 1}
--   values: {users: {min: 1}, users_percent: {min: 0, max: 100}}
--   with: {until: 2026-10-31}
-- ---
-- Users by feature overlap, so their sum is no number of people. Here everybody stands with the whole set of what they
-- used in the period; an empty set is of people who are listed without any use.
WITH people AS (
  SELECT
    user_id,
    coalesce(bool_or(list_contains(features, 'code_completion')), false) AS completion,
    coalesce(bool_or(used_chat), false) AS chat,
    coalesce(bool_or(used_agent), false) AS agent_mode,
    coalesce(bool_or(used_cli), false) AS cli,
    coalesce(bool_or(used_copilot_cloud_agent OR used_copilot_coding_agent), false) AS cloud_agent,
    coalesce(bool_or(used_copilot_code_review_active), false) AS code_review
  FROM (
    SELECT *, list_transform(totals_by_feature, lambda each: each.feature) AS features
    FROM github.copilot_usage.user_days
    WHERE (enterprise = $enterprise OR org = $org)
      AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
  )
  GROUP BY user_id
)
SELECT
  list_filter([
    if(completion, 'completion', NULL), if(chat, 'chat', NULL), if(agent_mode, 'agent mode', NULL),
    if(cli, 'cli', NULL), if(cloud_agent, 'cloud agent', NULL), if(code_review, 'code review', NULL)
  ], lambda surface: surface IS NOT NULL) AS surfaces,
  count(*) AS users,
  round(100 * users / sum(users) OVER (), 1) AS users_percent
FROM people
GROUP BY surfaces
ORDER BY users DESC, surfaces;

-- ---
-- name: editor_usage
-- description: Editors in which people use Copilot.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [editor, users, users_percent, prompts, code_generations, lines_added, last_day]
--   rows: {min: 1}
--   values: {users_percent: {min: 0, max: 100}}
--   with: {until: 2026-10-31}
-- ---
-- The CLI and the Copilot app are no editors, so this is less than all usage. Who uses two editors counts in both:
-- the shares of users come to more than 100 percent.
WITH used AS (
  SELECT ide, user_id, day, user_initiated_interaction_count, code_generation_activity_count, loc_added_sum
  FROM github.copilot_usage.user_day_ides
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
)
SELECT
  ide AS editor, -- others: known from GitHub's servers, or too rare to be named
  count(DISTINCT user_id) AS users,
  round(100 * users / nullif((SELECT count(DISTINCT user_id) FROM used), 0), 1) AS users_percent,
  sum(user_initiated_interaction_count)::BIGINT AS prompts,
  sum(code_generation_activity_count)::BIGINT AS code_generations,
  sum(loc_added_sum)::BIGINT AS lines_added,
  max(day) AS last_day
FROM used
GROUP BY ide
ORDER BY users DESC, editor;

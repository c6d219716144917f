-- ---
-- name: team_adoption
-- description: Of each team, how many members were active, and what they did.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [team, members, active_members, active_members_percent, prompts, code_generations, lines_added]
--   values: {active_members_percent: {min: 0, max: 100}}
--   with: {until: 2026-10-31}
-- ---
-- Teams are listed by day, and people change teams; so usage is joined on user and day, never on the user alone.
-- A member of two teams counts in both: the rows do not add up to the whole. GitHub leaves out teams with fewer than
-- five seats; active people without a listed team are the row whose team is NULL.
WITH memberships AS (
  SELECT day, user_id, team_id, slug
  FROM github.copilot_usage.user_team_days
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
),
active AS (
  SELECT day, user_id, user_initiated_interaction_count, code_generation_activity_count, loc_added_sum
  FROM github.copilot_usage.user_days
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
    AND (
      user_initiated_interaction_count > 0 OR code_generation_activity_count > 0
      OR used_agent OR used_chat OR used_cli OR used_copilot_app OR used_vscode_agent
      OR used_copilot_coding_agent OR used_copilot_cloud_agent OR used_copilot_code_review_active
    )
)
SELECT
  max_by(slug, day) AS team, -- a team that was renamed is still one
  count(DISTINCT memberships.user_id) AS members,
  count(DISTINCT active.user_id) AS active_members,
  round(100 * active_members / nullif(members, 0), 1) AS active_members_percent,
  sum(user_initiated_interaction_count)::BIGINT AS prompts,
  sum(code_generation_activity_count)::BIGINT AS code_generations,
  sum(loc_added_sum)::BIGINT AS lines_added
FROM memberships
FULL JOIN active USING (day, user_id)
GROUP BY team_id
ORDER BY active_members_percent DESC NULLS LAST, team;

-- ---
-- name: ai_credits_by_team
-- description: AI credits of each team and per member.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [team, members, members_with_credits, ai_credits, ai_credits_per_member]
--   values: {ai_credits: {min: 0}, ai_credits_per_member: {min: 0}}
--   with: {until: 2026-10-31}
-- ---
-- Joined on user and day, so that credits go to the team of that day. Who is in two teams counts in both: teams add
-- up to more than was used. The row whose team is NULL is of people without a listed team (those under five seats).
WITH memberships AS (
  SELECT day, user_id, team_id, slug
  FROM github.copilot_usage.user_team_days
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
),
spent AS (
  SELECT day, user_id, ai_credits_used
  FROM github.copilot_usage.user_days
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
    AND ai_credits_used IS NOT NULL -- not told is not 0
)
SELECT
  max_by(slug, day) AS team,
  count(DISTINCT memberships.user_id) AS members,
  count(DISTINCT user_id) FILTER (ai_credits_used > 0) AS members_with_credits,
  round(sum(ai_credits_used), 2) AS ai_credits,
  round(sum(ai_credits_used) / nullif(members, 0), 2) AS ai_credits_per_member
FROM memberships
FULL JOIN spent USING (day, user_id)
GROUP BY team_id
ORDER BY ai_credits DESC NULLS LAST, team;

-- ---
-- name: team_coverage
-- description: How many active people are in no listed team, in one, or in several.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [teams, users, users_percent]
--   values: {teams: {min: 0}, users: {min: 1}, users_percent: {min: 0, max: 100}}
--   with: {until: 2026-10-31}
-- ---
-- Says how far figures by team can be trusted: people in several teams count in each of them, and people in none (whose
-- teams have fewer than five seats, or who have no team) in none. Memberships are those of the days of use.
WITH memberships AS (
  SELECT day, user_id, team_id
  FROM github.copilot_usage.user_team_days
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
),
active AS (
  SELECT day, user_id
  FROM github.copilot_usage.user_days
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
    AND (
      user_initiated_interaction_count > 0 OR code_generation_activity_count > 0
      OR used_agent OR used_chat OR used_cli OR used_copilot_app OR used_vscode_agent
      OR used_copilot_coding_agent OR used_copilot_cloud_agent OR used_copilot_code_review_active
    )
),
people AS (
  SELECT user_id, count(DISTINCT team_id) AS teams
  FROM active
  LEFT JOIN memberships USING (day, user_id)
  GROUP BY user_id
)
SELECT teams, count(*) AS users, round(100 * users / sum(users) OVER (), 1) AS users_percent
FROM people
GROUP BY teams
ORDER BY teams;

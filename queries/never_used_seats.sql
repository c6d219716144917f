-- ---
-- name: never_used_seats
-- description: Seats whose holders never used Copilot, as far as GitHub tells.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 90, description: "Days of reports to look through, the last being yesterday."}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [user_login, organizations, teams, plan_type, seat_created_at, seat_age_days, last_authenticated_at,
--     is_certain, pending_cancellation_date]
--   values: {seat_age_days: {min: 0}}
-- ---
-- GitHub empties last_activity_at after 90 days, so NULL there is not "never". The reports fill part of that gap, and
-- is_certain says where no doubt is left: the seat is younger than what both look back on.
WITH active AS (
  SELECT DISTINCT user_id
  FROM github.copilot_usage.user_days
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN current_date - $days AND current_date - 1
    AND (
      user_initiated_interaction_count > 0 OR code_generation_activity_count > 0
      OR used_agent OR used_chat OR used_cli OR used_copilot_app OR used_vscode_agent
      OR used_copilot_coding_agent OR used_copilot_cloud_agent OR used_copilot_code_review_active
    )
)
SELECT
  login AS user_login,
  organizations,
  teams,
  plan_type,
  created_at AS seat_created_at,
  current_date - created_at::DATE AS seat_age_days,
  last_authenticated_at, -- signing in is not yet a use
  created_at::DATE >= current_date - least($days, 90) AS is_certain,
  pending_cancellation_date
FROM github.copilot_usage.seats
ANTI JOIN active USING (user_id)
WHERE (enterprise = $enterprise OR org = $org)
  AND login IS NOT NULL
  AND last_activity_at IS NULL
ORDER BY seat_age_days DESC NULLS LAST, user_login;

-- ---
-- name: idle_seats
-- description: Seats that nobody has used for a while, and what they cost.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 30, description: Days without any activity that make a seat idle.}
--   business_usd: {type: DOUBLE, default: 19, description: US dollars a month for a seat of Copilot Business.}
--   enterprise_usd: {type: DOUBLE, default: 39, description: US dollars a month for a seat of Copilot Enterprise.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [user_login, organizations, teams, plan_type, last_activity_at, days_idle, seat_age_days,
--     usd_per_month, pending_cancellation_date]
--   values: {days_idle: {min: 1}, seat_age_days: {min: 1}, usd_per_month: {min: 0}}
-- ---
-- Seats know nothing of the reports, nor reports of the seats: only both together tell who is idle. The reports leave
-- out github.com and the mobile app, which last_activity_at counts, so a seat is idle where neither shows activity.
WITH active AS (
  SELECT DISTINCT user_id
  FROM github.copilot_usage.user_days
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN current_date - $days AND current_date - 1
    -- A row alone is no use: many have neither prompts nor code, and a review by rule was nobody's wish.
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
  last_activity_at, -- NULL: not within 90 days, which is not yet never
  current_date - last_activity_at::DATE AS days_idle,
  current_date - created_at::DATE AS seat_age_days,
  CASE plan_type WHEN 'business' THEN $business_usd WHEN 'enterprise' THEN $enterprise_usd END AS usd_per_month,
  pending_cancellation_date
FROM github.copilot_usage.seats
ANTI JOIN active USING (user_id) -- by number: a login may change
WHERE (enterprise = $enterprise OR org = $org)
  AND login IS NOT NULL -- else an invitation that nobody has taken up
  AND created_at::DATE < current_date - $days -- a newcomer is not idle yet
  AND (last_activity_at IS NULL OR last_activity_at::DATE < current_date - $days)
ORDER BY last_activity_at NULLS FIRST, user_login;

-- ---
-- name: seat_status
-- description: "All seats by what is known of their use: used, used elsewhere, idle, new, or nothing known."
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: "How many days back, the last being yesterday."}
--   business_usd: {type: DOUBLE, default: 19, description: US dollars a month for a seat of Copilot Business.}
--   enterprise_usd: {type: DOUBLE, default: 39, description: US dollars a month for a seat of Copilot Enterprise.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [status, seats, seats_percent, ending, usd_per_month]
--   rows: {min: 1, max: 6}
--   values: {status: {nulls: no}, seats: {min: 1}, seats_percent: {min: 0, max: 100}}
-- ---
-- Each seat once. Reports follow membership and know no licences; last_activity_at knows more surfaces, comes up to a
-- day late and is emptied after 90 days. So nothing known is one status, and never used is not among them.
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
),
holders AS (
  SELECT
    CASE
      WHEN login IS NULL THEN 'not taken up'
      WHEN active.user_id IS NOT NULL THEN 'used'
      WHEN last_activity_at::DATE >= current_date - $days THEN 'used elsewhere' -- github.com or the mobile app
      WHEN last_activity_at IS NOT NULL THEN 'idle'
      WHEN created_at::DATE >= current_date - $days THEN 'new'
      ELSE 'nothing known'
    END AS status,
    CASE plan_type WHEN 'business' THEN $business_usd WHEN 'enterprise' THEN $enterprise_usd END AS usd,
    pending_cancellation_date
  FROM github.copilot_usage.seats
  LEFT JOIN active USING (user_id)
  WHERE (enterprise = $enterprise OR org = $org)
)
SELECT
  status,
  count(*) AS seats,
  round(100 * seats / sum(seats) OVER (), 1) AS seats_percent,
  count(pending_cancellation_date) AS ending, -- cancelled, until the end of the month
  sum(usd) AS usd_per_month
FROM holders
GROUP BY status
ORDER BY seats DESC, status;

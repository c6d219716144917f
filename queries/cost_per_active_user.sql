-- ---
-- name: cost_per_active_user
-- description: What Copilot costs for each person who uses it, at list prices.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: "How many days back, the last being yesterday."}
--   business_usd: {type: DOUBLE, default: 19, description: US dollars a month for a seat of Copilot Business.}
--   enterprise_usd: {type: DOUBLE, default: 39, description: US dollars a month for a seat of Copilot Enterprise.}
--   credit_usd: {type: DOUBLE, default: 0.01, description: US dollars for an AI credit.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [seats, seats_without_price, active_users, seats_usd, ai_credits, credits_usd, total_usd,
--     usd_per_active_user]
--   rows: 1
--   values: {seats: {min: 0}, seats_usd: {min: 0}, usd_per_active_user: {min: 0}}
-- ---
-- An estimate of the period, not the bill: the seats of now at their monthly price for so many days, and all credits at
-- their price although each plan includes some. Reports have no licences and seats no usage, so both are asked.
WITH holders AS (
  SELECT
    count(*) AS seats, -- a person with seats in two organizations is billed once
    count(*) FILTER (plan_type NOT IN ('business', 'enterprise') OR plan_type IS NULL) AS seats_without_price,
    sum(CASE plan_type WHEN 'business' THEN $business_usd WHEN 'enterprise' THEN $enterprise_usd END) AS monthly_usd
  FROM github.copilot_usage.seats
  WHERE (enterprise = $enterprise OR org = $org)
    AND login IS NOT NULL
),
used AS (
  SELECT
    count(DISTINCT user_id) FILTER (
      user_initiated_interaction_count > 0 OR code_generation_activity_count > 0
      OR used_agent OR used_chat OR used_cli OR used_copilot_app OR used_vscode_agent
      OR used_copilot_coding_agent OR used_copilot_cloud_agent OR used_copilot_code_review_active
    ) AS active_users,
    sum(ai_credits_used) AS credits
  FROM github.copilot_usage.user_days
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN current_date - $days AND current_date - 1
)
SELECT
  seats,
  seats_without_price,
  active_users,
  round(monthly_usd * 12 / 365 * $days, 2) AS seats_usd,
  round(credits, 2) AS ai_credits,
  round(credits * $credit_usd, 2) AS credits_usd,
  round(monthly_usd * 12 / 365 * $days + coalesce(credits * $credit_usd, 0), 2) AS total_usd,
  round(total_usd / nullif(active_users, 0), 2) AS usd_per_active_user
FROM holders
CROSS JOIN used;

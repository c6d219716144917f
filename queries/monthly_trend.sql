-- ---
-- name: monthly_trend
-- description: Months side by side, beyond the 28 days of GitHub's own report; for CSV, Parquet and dashboards.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   months: {type: INTEGER, default: 3, description: Whole months before the one of the last day.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [month, is_over, days_with_users, active_users, active_users_change_percent, prompts, code_generations,
--     lines_added, ai_credits, prompts_per_active_user, changes_of_counting]
--   rows: {min: 1}
--   values: {days_with_users: {min: 1, max: 31}, active_users: {min: 0}}
--   with: {until: 2026-10-31}
-- ---
-- People are counted once a month, never added up. GitHub changed what it counts on some days: a month that lists one
-- does not compare with those before. One that is not over, or whose last days may still change, compares with none.
WITH used AS (
  SELECT
    date_trunc('month', day)::DATE AS month,
    count(DISTINCT day) AS days_with_users,
    count(DISTINCT user_id) FILTER (
      user_initiated_interaction_count > 0 OR code_generation_activity_count > 0
      OR used_agent OR used_chat OR used_cli OR used_copilot_app OR used_vscode_agent
      OR used_copilot_coding_agent OR used_copilot_cloud_agent OR used_copilot_code_review_active
    ) AS active_users,
    sum(user_initiated_interaction_count)::BIGINT AS prompts,
    sum(code_generation_activity_count)::BIGINT AS code_generations,
    sum(loc_added_sum)::BIGINT AS lines_added,
    round(sum(ai_credits_used), 2) AS ai_credits
  FROM github.copilot_usage.user_days
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN (date_trunc('month', coalesce($until, current_date - 1)) - to_months($months))::DATE
      AND coalesce($until, current_date - 1)
  GROUP BY month
)
SELECT
  month,
  last_day(month) <= coalesce($until, current_date - 1) AND last_day(month) < current_date - 4 AS is_over,
  days_with_users,
  active_users,
  round(100 * active_users / nullif(max(active_users) OVER month_before, 0) - 100, 1) AS active_users_change_percent,
  prompts,
  code_generations,
  lines_added,
  ai_credits,
  round(prompts / nullif(active_users, 0), 1) AS prompts_per_active_user,
  list_filter(
    [DATE '2026-04-10', DATE '2026-06-15', DATE '2026-07-02', DATE '2026-07-28'],
    lambda changed: date_trunc('month', changed) = month
  ) AS changes_of_counting -- CLI counted; server-side users added; CLI's suggestions counted; Copilot app counted
FROM used
WINDOW month_before AS (ORDER BY month RANGE BETWEEN INTERVAL 1 MONTH PRECEDING AND INTERVAL 1 MONTH PRECEDING)
ORDER BY month;

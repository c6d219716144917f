-- ---
-- name: cli_usage_by_week
-- description: "Copilot CLI, week by week: people, sessions and tokens."
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [week, users, sessions, requests, prompts, input_tokens, output_tokens, tokens_per_request]
--   values: {users: {min: 1}, tokens_per_request: {min: 0}}
--   with: {until: 2026-10-31}
-- ---
-- The rows' own averages cannot be averaged: tokens per request is made anew of the sums. A row without totals_by_cli
-- is a person who did not use the CLI that day.
SELECT
  date_trunc('week', day)::DATE AS week, -- its Monday
  count(DISTINCT user_id) AS users,
  sum(totals_by_cli.session_count)::BIGINT AS sessions,
  sum(totals_by_cli.request_count)::BIGINT AS requests,
  sum(totals_by_cli.prompt_count)::BIGINT AS prompts,
  sum(totals_by_cli.token_usage.prompt_tokens_sum)::BIGINT AS input_tokens,
  sum(totals_by_cli.token_usage.output_tokens_sum)::BIGINT AS output_tokens,
  round((input_tokens + output_tokens) / nullif(requests, 0), 1) AS tokens_per_request
FROM github.copilot_usage.user_days
WHERE (enterprise = $enterprise OR org = $org)
  AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
  AND totals_by_cli IS NOT NULL
GROUP BY week
ORDER BY week;

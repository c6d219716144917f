-- ---
-- name: field_coverage
-- description: How often the optional fields of the users report are there, and since when.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [field, rows, told, told_percent, above_zero, first_day_told]
--   values: {told_percent: {min: 0, max: 100}}
--   with: {until: 2026-10-31}
-- ---
-- NULL, 0 and false are three things: a field that is not told must not count as no use. Fields came over the years, so
-- one may be told on few rows. Code review is told only where there was a sign of it.
WITH fields AS (
  SELECT day, unnest([
    {field: 'used_cli', value: used_cli::DOUBLE},
    {field: 'used_copilot_cloud_agent', value: used_copilot_cloud_agent::DOUBLE},
    {field: 'used_copilot_code_review_active', value: used_copilot_code_review_active::DOUBLE},
    {field: 'used_copilot_code_review_passive', value: used_copilot_code_review_passive::DOUBLE},
    {field: 'used_copilot_app', value: used_copilot_app::DOUBLE},
    {field: 'used_vscode_agent', value: used_vscode_agent::DOUBLE},
    {field: 'ai_credits_used', value: ai_credits_used},
    {field: 'ai_adoption_phase', value: ai_adoption_phase.phase_number::DOUBLE},
    {field: 'totals_by_cli', value: totals_by_cli.session_count::DOUBLE},
    {field: 'totals_by_language_model', value: len(totals_by_language_model)::DOUBLE},
    {field: 'distinct_mcp_use_count', value: distinct_mcp_use_count::DOUBLE}
  ], recursive := true)
  FROM github.copilot_usage.user_days
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
)
SELECT
  field,
  count(*) AS rows,
  count(value) AS told,
  round(100 * told / nullif(rows, 0), 1) AS told_percent,
  count(*) FILTER (value > 0) AS above_zero,
  min(day) FILTER (value IS NOT NULL) AS first_day_told -- within the period
FROM fields
GROUP BY field
ORDER BY told, field;

-- ---
-- name: lines_by_feature
-- description: Lines of code that Copilot suggested, and lines really added and deleted, by feature.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [feature, users, lines_suggested, lines_added, lines_added_percent, lines_deleted,
--     user_days_with_more_added]
--   rows: {min: 1}
--   values: {lines_added_percent: {min: 0, max: 100}}
--   with: {until: 2026-10-31}
-- ---
-- There is no rate of accepted lines: agents add lines that nobody suggested, so more may be added than suggested.
-- user_days_with_more_added counts where. lines_added_percent is a feature's share of all lines added.
SELECT
  feature,
  count(DISTINCT user_id) AS users,
  sum(loc_suggested_to_add_sum)::BIGINT AS lines_suggested,
  sum(loc_added_sum)::BIGINT AS lines_added,
  round(100 * lines_added / nullif(sum(lines_added) OVER (), 0), 1) AS lines_added_percent,
  sum(loc_deleted_sum)::BIGINT AS lines_deleted,
  count(*) FILTER (loc_added_sum > loc_suggested_to_add_sum) AS user_days_with_more_added
FROM github.copilot_usage.user_day_features
WHERE (enterprise = $enterprise OR org = $org)
  AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
GROUP BY feature
ORDER BY lines_added DESC NULLS LAST, feature;

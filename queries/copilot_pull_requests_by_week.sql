-- ---
-- name: copilot_pull_requests_by_week
-- description: Pull requests of Copilot's cloud agent among all, and how long they take to merge.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [week, created, created_by_copilot, created_by_copilot_percent, merged, merged_created_by_copilot,
--     avg_daily_median_hours_to_merge, avg_daily_median_hours_to_merge_copilot]
--   values: {created_by_copilot_percent: {min: 0, max: 100}, avg_daily_median_hours_to_merge: {min: 0}}
--   with: {until: 2026-10-31}
-- ---
-- GitHub gives a median a day, and medians of days make no median of the week: the figure is their mean, each day
-- counting as often as it had merges. It is NULL where nothing was merged. Copilot's own are part of all.
SELECT
  date_trunc('week', day)::DATE AS week, -- its Monday
  sum(pr.total_created)::BIGINT AS created,
  sum(pr.total_created_by_copilot)::BIGINT AS created_by_copilot,
  round(100 * created_by_copilot / nullif(created, 0), 1) AS created_by_copilot_percent,
  sum(pr.total_merged)::BIGINT AS merged,
  sum(pr.total_merged_created_by_copilot)::BIGINT AS merged_created_by_copilot,
  round(
    sum(pr.median_minutes_to_merge * pr.total_merged)
    / nullif(sum(pr.total_merged) FILTER (pr.median_minutes_to_merge IS NOT NULL), 0) / 60, 1
  ) AS avg_daily_median_hours_to_merge,
  round(
    sum(pr.median_minutes_to_merge_copilot_authored * pr.total_merged_created_by_copilot)
    / nullif(sum(pr.total_merged_created_by_copilot)
      FILTER (pr.median_minutes_to_merge_copilot_authored IS NOT NULL), 0) / 60, 1
  ) AS avg_daily_median_hours_to_merge_copilot
FROM (
  SELECT day, pull_requests AS pr
  FROM github.copilot_usage.entity_days
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
)
GROUP BY week
ORDER BY week;

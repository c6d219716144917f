-- ---
-- name: copilot_user_usage_metrics
-- description: Where the latest 28-day report on the users of an enterprise is, and which days it covers.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
-- output: vertical
-- expect:
--   columns: [download_links, report_end_day, report_start_day]
--   rows: 1
-- ---
-- Where is the latest 28-day report on the Copilot usage of every user of an enterprise?
-- One row: the signed links to the report's files, and the first and last day that it covers.
-- Needs manage_billing:copilot or read:enterprise, or the permission "View Enterprise Copilot Metrics".
SELECT
  download_links,
  report_end_day,
  report_start_day
FROM github.copilot.copilot_user_usage_metrics
WHERE enterprise = '{{ enterprise }}' -- required
;

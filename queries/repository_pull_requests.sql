-- ---
-- name: repository_pull_requests
-- description: What Copilot does for the pull requests of each repository.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [repository, created, created_by_copilot, merged, merged_created_by_copilot, reviewed,
--     reviewed_by_copilot, reviewed_by_copilot_percent, copilot_suggestions, copilot_suggestions_applied,
--     applied_percent]
--   values: {reviewed_by_copilot_percent: {min: 0, max: 100}, applied_percent: {min: 0, max: 100}}
--   with: {until: 2026-10-31}
-- ---
-- Pull requests are all that GitHub reports by repository: there are no prompts or lines of one. A repository without
-- such activity is missing, and one that was renamed is still one. Created and merged may be different pull requests.
SELECT
  max_by(repo_owner_name || '/' || repo_name, day) AS repository,
  sum(pull_requests.total_created)::BIGINT AS created,
  sum(pull_requests.total_created_by_copilot)::BIGINT AS created_by_copilot,
  sum(pull_requests.total_merged)::BIGINT AS merged,
  sum(pull_requests.total_merged_created_by_copilot)::BIGINT AS merged_created_by_copilot,
  sum(pull_requests.total_reviewed)::BIGINT AS reviewed,
  sum(pull_requests.total_reviewed_by_copilot)::BIGINT AS reviewed_by_copilot,
  round(100 * reviewed_by_copilot / nullif(reviewed, 0), 1) AS reviewed_by_copilot_percent,
  sum(pull_requests.total_copilot_suggestions)::BIGINT AS copilot_suggestions,
  sum(pull_requests.total_copilot_applied_suggestions)::BIGINT AS copilot_suggestions_applied,
  round(100 * copilot_suggestions_applied / nullif(copilot_suggestions, 0), 1) AS applied_percent
FROM github.copilot_usage.repo_days
WHERE (enterprise = $enterprise OR org = $org)
  AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
GROUP BY repo_id
ORDER BY created DESC NULLS LAST, repository;

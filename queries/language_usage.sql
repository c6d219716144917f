-- ---
-- name: language_usage
-- description: "Programming languages that Copilot writes: people, code and completions."
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [language, users, code_generations, completions, accepted_completions, acceptance_percent, lines_added,
--     lines_added_percent]
--   rows: {min: 1}
--   values: {acceptance_percent: {min: 0, max: 100}, lines_added_percent: {min: 0, max: 100}}
--   with: {until: 2026-10-31}
-- ---
-- The cut by language and feature adds up to everything but prompts, which have no language; the one by language and
-- model lacks completions. Acceptance is of completions alone. People use several languages: do not add users.
SELECT
  lower(language) AS language, -- GitHub's names, aliases such as bash and shell among them
  count(DISTINCT user_id) AS users,
  sum(code_generation_activity_count)::BIGINT AS code_generations,
  sum(if(feature = 'code_completion', code_generation_activity_count, 0))::BIGINT AS completions,
  sum(if(feature = 'code_completion', code_acceptance_activity_count, 0))::BIGINT AS accepted_completions,
  round(100 * accepted_completions / nullif(completions, 0), 1) AS acceptance_percent,
  sum(loc_added_sum)::BIGINT AS lines_added,
  round(100 * lines_added / nullif(sum(lines_added) OVER (), 0), 1) AS lines_added_percent
FROM github.copilot_usage.user_day_language_features
WHERE (enterprise = $enterprise OR org = $org)
  AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
GROUP BY ALL
ORDER BY lines_added DESC NULLS LAST, language;

-- Reckon the terms of the dirty pairs: a renewal starts at the later of the moment from which it counts (rule.counts_from) and the end so far, which is the
-- same for all units of a document, and each document is a cycle. What was given back takes no part in the chain; its own term is cut at that moment. A subscription that
-- ended early cuts the term too, but what was used of it was paid and kept, and stays in the chain. What ends on a fixed day, by its rule or because the
-- source says for what time it was paid (rule.counts_until), starts on its own. What is in trial makes a chain of its own: it puts off nothing that is live.
-- What waits at a gate has no term yet and puts off nothing; when the gate opens, its term counts from then, or from the sale, as its rule says.
CREATE TEMP TABLE reckoned ON COMMIT DROP AS
WITH told AS MATERIALIZED (
    SELECT rule.zone() AS zone
), part AS (
    SELECT e.unit_id, e.target_id, e.person_id, e.document_id, e.sold_at, e.paid_at, e.period_from, e.period_to, e.revoked_at, e.revoked_why, e.rule_id
      FROM dirty_pair p
      JOIN ctok.entitlement e ON e.tenant_id = (SELECT ctok.current_tenant()) AND e.person_id = p.person_id AND e.target_id = p.target_id
    UNION ALL
    SELECT f.unit_id, f.target_id, f.person_id, f.document_id, f.sold_at, f.paid_at, f.period_from, f.period_to, f.revoked_at, f.revoked_why, f.rule_id
      FROM fresh_entitlement f
), termed AS (
    SELECT p.unit_id, p.target_id, p.person_id, p.document_id, p.revoked_at, s.shut,
           (p.revoked_at IS NULL OR p.revoked_why = 'subscription') AND NOT s.shut AS counts,
           rule.counts_from(p.sold_at, p.paid_at, CASE r.term_from WHEN 'gate' THEN g.opened_at END, p.period_from, r.starts, r.renews) AS from_at,
           d.until, CASE WHEN d.until IS NULL THEN r.term END AS term, d.until IS NULL AND r.term IS NULL AS endless, v.source_id IS NULL AS trial
      FROM part p
     CROSS JOIN told o
      JOIN ctok.product_rule r ON r.tenant_id = (SELECT ctok.current_tenant()) AND r.rule_id = p.rule_id
      LEFT JOIN ctok.gate g ON g.tenant_id = r.tenant_id AND g.unit_id = p.unit_id AND g.target_id = p.target_id AND g.rule_id = p.rule_id
     CROSS JOIN LATERAL (SELECT g.unit_id IS NOT NULL AND g.opened_at IS NULL AS shut) s
     CROSS JOIN LATERAL (SELECT rule.counts_until(p.period_to, r.until, o.zone) AS until) d
      LEFT JOIN ctok.live v ON v.tenant_id = r.tenant_id AND v.site_id = r.site_id AND v.source_id = r.source_id
), document AS (
    -- The longest term, and the last day, among a document's units that count carry the chain on; counts_from is NULL when none is left. Its place is that
    -- of its terms, where it has any. Where these count from different moments, each ends no earlier than from its own.
    SELECT d.person_id, d.target_id, d.document_id, d.trial, coalesce(d.term_from, d.any_from) AS from_at, coalesce(d.term_counts_from, d.any_counts_from) AS counts_from,
           CASE WHEN d.endless THEN NULL ELSE d.term END AS term,
           CASE WHEN d.endless AND d.until IS NOT NULL THEN 'infinity' WHEN d.term_counts_from < d.last_counts_from THEN greatest(d.until, d.term_until) ELSE d.until END AS until,
           d.cut_at
      FROM (SELECT person_id, target_id, document_id, trial, min(from_at) AS any_from, min(from_at) FILTER (WHERE until IS NULL) AS term_from,
                   min(from_at) FILTER (WHERE counts) AS any_counts_from, min(from_at) FILTER (WHERE counts AND until IS NULL) AS term_counts_from,
                   max(from_at) FILTER (WHERE counts AND until IS NULL) AS last_counts_from,
                   max(rule.term_end(from_at, term, (SELECT rule.zone()))) FILTER (WHERE counts AND until IS NULL) AS term_until,
                   bool_or(endless) FILTER (WHERE counts) AS endless, max(term) FILTER (WHERE counts) AS term, max(until) FILTER (WHERE counts) AS until,
                   CASE WHEN bool_and(revoked_at IS NOT NULL) FILTER (WHERE counts) THEN max(revoked_at) FILTER (WHERE counts) END AS cut_at
              FROM termed
             GROUP BY person_id, target_id, document_id, trial) d
), begun AS (
    SELECT person_id, target_id, document_id,
           (row_number() OVER (PARTITION BY person_id, target_id ORDER BY from_at, document_id))::integer AS cycle,
           rule.term_chain(counts_from, term, until, cut_at, (SELECT rule.zone()))
               OVER (PARTITION BY person_id, target_id, trial ORDER BY from_at, document_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS so_far
      FROM document
), placed AS (
    SELECT t.unit_id, t.target_id, b.cycle, t.revoked_at, t.shut, s.starts_at, CASE WHEN t.until IS NULL THEN rule.term_end(s.starts_at, t.term, o.zone) ELSE t.until END AS ends_at
      FROM termed t
     CROSS JOIN told o
      JOIN begun b ON b.person_id = t.person_id AND b.target_id = t.target_id AND b.document_id = t.document_id
     CROSS JOIN LATERAL (SELECT CASE WHEN t.until IS NULL THEN greatest(t.from_at, b.so_far) ELSE t.from_at END AS starts_at) s
)
SELECT unit_id, target_id, cycle,
       CASE WHEN shut OR revoked_at <= starts_at THEN NULL ELSE starts_at END AS starts_at,
       CASE WHEN shut OR revoked_at <= starts_at THEN NULL ELSE least(ends_at, revoked_at) END AS ends_at
  FROM placed

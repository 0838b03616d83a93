-- What few changed accesses look up in many rules: courses by the name that stands for all of a course's names, the rules that lead to a course, and rules that
-- left the configuration.
-- (A column, not an index on coalesce(): under row security the planner does not look behind coalesce(), which may tell more than it should.)
-- The target that stands for all names of this course.
ALTER TABLE ctok.target ADD COLUMN stands_for bigint GENERATED ALWAYS AS (coalesce(same_as, target_id)) STORED;
CREATE INDEX target_stands_for ON ctok.target (tenant_id, stands_for);
CREATE INDEX rule_target_target ON ctok.rule_target (tenant_id, target_id);
CREATE INDEX product_rule_gone ON ctok.product_rule (tenant_id, rule_id) WHERE gone;
ANALYZE ctok.target;
ANALYZE ctok.rule_target;

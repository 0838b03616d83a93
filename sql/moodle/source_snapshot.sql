-- Moodle's database: all that follows sees one moment and writes nothing.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY

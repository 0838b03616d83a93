COPY (SELECT name, kind, type, mode, outcome, window_from, window_to, rows_declared, rows_read, changed, late, rewritten, last_complete, watermark, age_hours, failure
        FROM rule.report_source
       ORDER BY kind DESC, name) TO STDOUT

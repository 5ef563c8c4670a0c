SET 'table.exec.sink.not-null-enforcer' = 'IGNORE';
SELECT 1;

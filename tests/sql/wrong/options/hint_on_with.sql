WITH t AS (SELECT 1 AS x)
SELECT * FROM t /*+ OPTIONS('number-of-rows' = '5') */;

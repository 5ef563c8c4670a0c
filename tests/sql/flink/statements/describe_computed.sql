CREATE TABLE cc (a INT, b STRING, c AS a + 1, d AS UPPER(b), e AS CASE WHEN a > 1 THEN 'x' ELSE b END, f AS CAST(a AS BIGINT) COMMENT 'hm', ts TIMESTAMP(3), g AS ts + INTERVAL '1' DAY, h AS PROCTIME(), i AS DATE_FORMAT(ts, 'yyyy'), j AS a * (2 + a), k AS b || 'q', l AS a IS NULL, m AS COALESCE(b, ''), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'datagen');
DESCRIBE cc;
SHOW CREATE TABLE cc;

-- weir: order: any
CREATE TABLE n (id INT, ti TINYINT, si SMALLINT, i INT, bi BIGINT, f FLOAT, d DOUBLE, dc DECIMAL(10, 2), s STRING)
  WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/numbers.json', 'format' = 'json');
SELECT id, ti = si, si < i, i <= bi, ti <> bi, bi > dc, dc >= d, ti = dc FROM n;
SELECT id, i = 1, i = 1.5, d > 1, dc = 1.5, dc = 1.50, s > 'a', s <> 'max' FROM n;
SELECT id FROM n WHERE i > si AND bi > i;
SELECT id FROM n WHERE NOT (i > si) OR ti IS NULL;
SELECT 'a' < 'b', 'a' < 'B', '' < 'a', 'a' < 'aa', 'é' > 'z', '日' > 'é', 'a' = 'a ';
SELECT TRUE > FALSE, TRUE = TRUE, FALSE < TRUE, TRUE <> FALSE, DATE '2024-01-01' < DATE '2024-01-02', TIME '10:00:00' > TIME '09:59:59', TIMESTAMP '2024-01-01 00:00:00' = TIMESTAMP '2024-01-01 00:00:00.000';
SELECT ROW(1, 'a') = ROW(1, 'a'), ARRAY[1, 2] = ARRAY[1, 2], ARRAY[1] <> ARRAY[2], MAP['a', 1] = MAP['a', 1];
SELECT x'01' < x'02', x'' < x'00', x'0100' > x'01', x'ff' > x'7f', x'01' = x'01';
SELECT DATE '2024-01-01' = '2024-01-01', '2024-01-01' < DATE '2024-01-02', TIMESTAMP '2024-01-01 00:00:00' = '2024-01-01 00:00:00', TIME '10:00:00' = '10:00:00';

-- weir: order: any
CREATE TABLE g (id INT, ts AS TIMESTAMP '2024-01-01 00:00:00' + INTERVAL '1' SECOND * id, k AS id % 3, WATERMARK FOR ts AS ts - INTERVAL '2' SECOND)
  WITH ('connector' = 'datagen', 'number-of-rows' = '100', 'rows-per-second' = '100000', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '100');
SELECT window_start, window_end, COUNT(*), SUM(id) FROM TABLE(TUMBLE(TABLE g, DESCRIPTOR(ts), INTERVAL '20' SECOND)) GROUP BY window_start, window_end;
SELECT window_end, MIN(id), MAX(id), COUNT(DISTINCT k) FROM TABLE(HOP(TABLE g, DESCRIPTOR(ts), INTERVAL '15' SECOND, INTERVAL '30' SECOND)) GROUP BY window_start, window_end;
SELECT window_end, COUNT(*) FROM TABLE(CUMULATE(TABLE g, DESCRIPTOR(ts), INTERVAL '10' SECOND, INTERVAL '60' SECOND)) GROUP BY window_start, window_end;
SELECT window_start, window_end, SUM(id) FROM TABLE(TUMBLE(TABLE g, DESCRIPTOR(ts), INTERVAL '20' SECOND)) WHERE k = 0 GROUP BY window_start, window_end;

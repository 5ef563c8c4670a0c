-- weir: order: window
CREATE TABLE tx (
  transactionId STRING, userId STRING, transactionType STRING, amount DECIMAL(10, 2), currency STRING, transactionDate STRING,
  category STRING, merchant STRING, location STRING,
  ts AS TO_TIMESTAMP(transactionDate, 'yyyy-MM-dd''T''HH:mm:ss'),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/transactions.json', 'format' = 'json', 'json.ignore-parse-errors' = 'true');
SELECT window_start, window_end, category, SUM(amount), COUNT(*) FROM TABLE(TUMBLE(TABLE tx, DESCRIPTOR(ts), INTERVAL '1' DAY)) GROUP BY window_start, window_end, category;
SELECT window_start, window_end, merchant, COUNT(DISTINCT userId), MAX(amount) FROM TABLE(HOP(TABLE tx, DESCRIPTOR(ts), INTERVAL '12' HOUR, INTERVAL '1' DAY)) GROUP BY window_start, window_end, merchant;
SELECT window_start, window_end, SUM(amount) FROM TABLE(CUMULATE(TABLE tx, DESCRIPTOR(ts), INTERVAL '6' HOUR, INTERVAL '1' DAY)) GROUP BY window_start, window_end;
SELECT TUMBLE_START(ts, INTERVAL '7' DAY) AS ws, currency, SUM(amount) FILTER (WHERE transactionType = 'purchase'), SUM(amount) FILTER (WHERE transactionType = 'refund') FROM tx GROUP BY TUMBLE(ts, INTERVAL '7' DAY), currency;
SELECT window_end, MAX(total) FROM (SELECT window_start, window_end, userId, SUM(amount) AS total FROM TABLE(TUMBLE(TABLE tx, DESCRIPTOR(ts), INTERVAL '10' DAY)) GROUP BY window_start, window_end, userId) GROUP BY window_start, window_end;

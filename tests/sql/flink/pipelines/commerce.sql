CREATE TABLE tx (
  transactionId STRING, userId STRING, transactionType STRING, amount DECIMAL(10, 2), currency STRING, transactionDate STRING,
  category STRING, merchant STRING, location STRING,
  ts AS TO_TIMESTAMP(transactionDate, 'yyyy-MM-dd''T''HH:mm:ss'),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH ('connector' = 'filesystem', 'path' = 'tests/sql/data/transactions.json', 'format' = 'json', 'json.ignore-parse-errors' = 'true');
SELECT transactionId, userId, transactionType, amount, currency, ts, category, merchant, location FROM tx;
SELECT category, SUM(amount) FROM tx GROUP BY category;
SELECT CAST(ts AS DATE), SUM(amount) FROM tx GROUP BY CAST(ts AS DATE);
SELECT EXTRACT(YEAR FROM ts), EXTRACT(MONTH FROM ts), CAST(SUM(amount) AS DECIMAL(10, 2)) FROM tx GROUP BY EXTRACT(YEAR FROM ts), EXTRACT(MONTH FROM ts);
SELECT transactionType, currency, COUNT(*), AVG(amount), MIN(amount), MAX(amount) FROM tx GROUP BY transactionType, currency;
SELECT userId, SUM(CASE WHEN transactionType = 'refund' THEN -amount ELSE amount END) AS net FROM tx GROUP BY userId HAVING COUNT(*) > 3;
SELECT big, COUNT(*) FROM (SELECT userId, SUM(amount) > 1000 AS big FROM tx GROUP BY userId) GROUP BY big;

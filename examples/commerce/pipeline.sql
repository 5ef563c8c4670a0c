-- Commerce: one Kafka topic of financial transactions, four PostgreSQL tables, one read of the topic.
-- Apache Flink's SQL; create the tables with schema.sql first.

SET 'execution.checkpointing.interval' = '10 s';

CREATE TABLE financial_transactions (
  transactionId   STRING,
  userId          STRING,
  transactionType STRING,
  amount          DECIMAL(10, 2),
  currency        STRING,
  transactionDate STRING,
  category        STRING,
  merchant        STRING,
  location        STRING,
  ts AS TO_TIMESTAMP(transactionDate, 'yyyy-MM-dd''T''HH:mm:ss'),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'financial_transactions',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.group.id' = 'commerce',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json',
  'json.ignore-parse-errors' = 'true'
);

CREATE TABLE transactions (
  transactionId   STRING,
  userId          STRING,
  transactionType STRING,
  amount          DECIMAL(10, 2),
  currency        STRING,
  transactionDate TIMESTAMP(3),
  category        STRING,
  merchant        STRING,
  location        STRING,
  PRIMARY KEY (transactionId) NOT ENFORCED
) WITH (
  'connector' = 'jdbc',
  'url' = 'jdbc:postgresql://localhost:5432/weir',
  'table-name' = 'transactions',
  'username' = 'weir',
  'password' = 'weir'
);

CREATE TABLE sales_per_category (
  category    STRING,
  totalSales  DECIMAL(38, 2),
  PRIMARY KEY (category) NOT ENFORCED
) WITH (
  'connector' = 'jdbc',
  'url' = 'jdbc:postgresql://localhost:5432/weir',
  'table-name' = 'sales_per_category',
  'username' = 'weir',
  'password' = 'weir'
);

CREATE TABLE sales_per_day (
  transactionDate DATE,
  totalSales      DECIMAL(38, 2),
  PRIMARY KEY (transactionDate) NOT ENFORCED
) WITH (
  'connector' = 'jdbc',
  'url' = 'jdbc:postgresql://localhost:5432/weir',
  'table-name' = 'sales_per_day',
  'username' = 'weir',
  'password' = 'weir'
);

CREATE TABLE sales_per_month (
  `year`      BIGINT,
  `month`     BIGINT,
  totalSales  DECIMAL(10, 2),
  PRIMARY KEY (`year`, `month`) NOT ENFORCED
) WITH (
  'connector' = 'jdbc',
  'url' = 'jdbc:postgresql://localhost:5432/weir',
  'table-name' = 'sales_per_month',
  'username' = 'weir',
  'password' = 'weir'
);

EXECUTE STATEMENT SET
BEGIN

INSERT INTO transactions
SELECT transactionId, userId, transactionType, amount, currency, ts, category, merchant, location
FROM financial_transactions;

INSERT INTO sales_per_category
SELECT category, SUM(amount)
FROM financial_transactions
GROUP BY category;

INSERT INTO sales_per_day
SELECT CAST(ts AS DATE), SUM(amount)
FROM financial_transactions
GROUP BY CAST(ts AS DATE);

INSERT INTO sales_per_month
SELECT EXTRACT(YEAR FROM ts), EXTRACT(MONTH FROM ts), CAST(SUM(amount) AS DECIMAL(10, 2))
FROM financial_transactions
GROUP BY EXTRACT(YEAR FROM ts), EXTRACT(MONTH FROM ts);

END;

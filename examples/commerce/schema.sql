-- The tables that pipeline.sql writes. Nothing happens to those that exist.
CREATE TABLE IF NOT EXISTS transactions (
  transactionId   VARCHAR(64) PRIMARY KEY,
  userId          VARCHAR(64),
  transactionType VARCHAR(32),
  amount          NUMERIC(10, 2),
  currency        VARCHAR(3),
  transactionDate TIMESTAMP(3),
  category        VARCHAR(64),
  merchant        VARCHAR(64),
  location        VARCHAR(64)
);

CREATE TABLE IF NOT EXISTS sales_per_category (
  category   VARCHAR(64) PRIMARY KEY,
  totalSales NUMERIC(38, 2)
);

CREATE TABLE IF NOT EXISTS sales_per_day (
  transactionDate DATE PRIMARY KEY,
  totalSales      NUMERIC(38, 2)
);

CREATE TABLE IF NOT EXISTS sales_per_month (
  year       BIGINT,
  month      BIGINT,
  totalSales NUMERIC(10, 2),
  PRIMARY KEY (year, month)
);

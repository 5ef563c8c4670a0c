// Scripts to begin with.

export const EXAMPLES: { name: string; text: string }[] = [
  {
    name: 'Made-up orders',
    text: `-- Orders that the connector makes up. Ctrl-Enter runs the statement at the cursor.
CREATE TABLE orders (
  order_id BIGINT,
  customer INT,
  price    DECIMAL(10, 2)
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '5',
  'fields.order_id.kind' = 'sequence',
  'fields.order_id.start' = '1',
  'fields.order_id.end' = '1000000',
  'fields.customer.min' = '1',
  'fields.customer.max' = '10',
  'fields.price.min' = '1',
  'fields.price.max' = '100'
);

-- Each row as it comes.
SELECT * FROM orders;

-- One row for each customer, which changes with each order.
SELECT customer, COUNT(*) AS orders, SUM(price) AS total
FROM orders
GROUP BY customer;
`,
  },
  {
    name: 'A count every ten seconds',
    text: `-- Clicks in windows of ten seconds: a row appears when its window has ended.
CREATE TABLE clicks (
  page INT,
  ts   AS LOCALTIMESTAMP,
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '20',
  'fields.page.min' = '1',
  'fields.page.max' = '3'
);

SELECT window_start, page, COUNT(*) AS clicks
FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '10' SECOND))
GROUP BY window_start, window_end, page;
`,
  },
  {
    name: 'Kafka to PostgreSQL',
    text: `-- Payments from a topic, each user's sum in a table. Put your own topic, addresses and table in.
SET 'execution.checkpointing.interval' = '10 s';

CREATE TABLE payments (
  user_id STRING,
  amount  DECIMAL(10, 2),
  ts      TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'payments',
  'properties.bootstrap.servers' = 'localhost:9092',
  'properties.group.id' = 'per-user',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json'
);

CREATE TABLE per_user (
  user_id STRING,
  total   DECIMAL(38, 2),
  PRIMARY KEY (user_id) NOT ENFORCED
) WITH (
  'connector' = 'jdbc',
  'url' = 'jdbc:postgresql://localhost:5432/shop',
  'table-name' = 'per_user',
  'username' = 'shop',
  'password' = '...'
);

INSERT INTO per_user
SELECT user_id, SUM(amount)
FROM payments
GROUP BY user_id;
`,
  },
];
